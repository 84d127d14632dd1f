from typing import Literal

FlowVersionWholeState = Literal["draft", "valid"]

FLOW_VERSION_WHOLE_STATE_VALUES: set[FlowVersionWholeState] = {
    "draft",
    "valid",
}


def check_flow_version_whole_state(value: str) -> FlowVersionWholeState:
    if value in FLOW_VERSION_WHOLE_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FLOW_VERSION_WHOLE_STATE_VALUES!r}"
    )
