from typing import Literal

FlowVersionShownState = Literal["draft", "valid"]

FLOW_VERSION_SHOWN_STATE_VALUES: set[FlowVersionShownState] = {
    "draft",
    "valid",
}


def check_flow_version_shown_state(value: str) -> FlowVersionShownState:
    if value in FLOW_VERSION_SHOWN_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FLOW_VERSION_SHOWN_STATE_VALUES!r}"
    )
