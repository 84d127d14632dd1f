from typing import Literal

CallsDirectionType0 = Literal["inbound", "outbound"]

CALLS_DIRECTION_TYPE_0_VALUES: set[CallsDirectionType0] = {
    "inbound",
    "outbound",
}


def check_calls_direction_type_0(value: str) -> CallsDirectionType0:
    if value in CALLS_DIRECTION_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALLS_DIRECTION_TYPE_0_VALUES!r}"
    )
