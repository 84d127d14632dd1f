from typing import Literal

FlowToTryDirection = Literal["inbound", "outbound"]

FLOW_TO_TRY_DIRECTION_VALUES: set[FlowToTryDirection] = {
    "inbound",
    "outbound",
}


def check_flow_to_try_direction(value: str) -> FlowToTryDirection:
    if value in FLOW_TO_TRY_DIRECTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FLOW_TO_TRY_DIRECTION_VALUES!r}"
    )
