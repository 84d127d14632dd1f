from typing import Literal

CallStartedDataDirection = Literal["inbound", "outbound"]

CALL_STARTED_DATA_DIRECTION_VALUES: set[CallStartedDataDirection] = {
    "inbound",
    "outbound",
}


def check_call_started_data_direction(value: str) -> CallStartedDataDirection:
    if value in CALL_STARTED_DATA_DIRECTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALL_STARTED_DATA_DIRECTION_VALUES!r}"
    )
