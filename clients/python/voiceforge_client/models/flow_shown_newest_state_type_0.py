from typing import Literal

FlowShownNewestStateType0 = Literal["draft", "valid"]

FLOW_SHOWN_NEWEST_STATE_TYPE_0_VALUES: set[FlowShownNewestStateType0] = {
    "draft",
    "valid",
}


def check_flow_shown_newest_state_type_0(value: str) -> FlowShownNewestStateType0:
    if value in FLOW_SHOWN_NEWEST_STATE_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FLOW_SHOWN_NEWEST_STATE_TYPE_0_VALUES!r}"
    )
