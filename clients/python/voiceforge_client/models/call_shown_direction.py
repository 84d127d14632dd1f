from typing import Literal

CallShownDirection = Literal["inbound", "outbound"]

CALL_SHOWN_DIRECTION_VALUES: set[CallShownDirection] = {
    "inbound",
    "outbound",
}


def check_call_shown_direction(value: str) -> CallShownDirection:
    if value in CALL_SHOWN_DIRECTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALL_SHOWN_DIRECTION_VALUES!r}"
    )
