from typing import Literal

TriedTurnReturned = Literal[
    "", "busy", "declined", "failed", "no answer", "not confirmed"
]

TRIED_TURN_RETURNED_VALUES: set[TriedTurnReturned] = {
    "",
    "busy",
    "declined",
    "failed",
    "no answer",
    "not confirmed",
}


def check_tried_turn_returned(value: str) -> TriedTurnReturned:
    if value in TRIED_TURN_RETURNED_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRIED_TURN_RETURNED_VALUES!r}"
    )
