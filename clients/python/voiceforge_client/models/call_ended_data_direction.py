from typing import Literal

CallEndedDataDirection = Literal["inbound", "outbound"]

CALL_ENDED_DATA_DIRECTION_VALUES: set[CallEndedDataDirection] = {
    "inbound",
    "outbound",
}


def check_call_ended_data_direction(value: str) -> CallEndedDataDirection:
    if value in CALL_ENDED_DATA_DIRECTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALL_ENDED_DATA_DIRECTION_VALUES!r}"
    )
