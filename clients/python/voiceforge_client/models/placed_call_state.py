from typing import Literal

PlacedCallState = Literal["answered", "ended", "new", "ringing"]

PLACED_CALL_STATE_VALUES: set[PlacedCallState] = {
    "answered",
    "ended",
    "new",
    "ringing",
}


def check_placed_call_state(value: str) -> PlacedCallState:
    if value in PLACED_CALL_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PLACED_CALL_STATE_VALUES!r}"
    )
