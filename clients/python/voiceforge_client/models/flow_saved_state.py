from typing import Literal

FlowSavedState = Literal["draft", "valid"]

FLOW_SAVED_STATE_VALUES: set[FlowSavedState] = {
    "draft",
    "valid",
}


def check_flow_saved_state(value: str) -> FlowSavedState:
    if value in FLOW_SAVED_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FLOW_SAVED_STATE_VALUES!r}"
    )
