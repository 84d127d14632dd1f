from typing import Literal

CallDetailDirection = Literal["inbound", "outbound"]

CALL_DETAIL_DIRECTION_VALUES: set[CallDetailDirection] = {
    "inbound",
    "outbound",
}


def check_call_detail_direction(value: str) -> CallDetailDirection:
    if value in CALL_DETAIL_DIRECTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALL_DETAIL_DIRECTION_VALUES!r}"
    )
