from typing import Literal

FlowDifferenceShownChange = Literal["added", "changed", "moved", "removed"]

FLOW_DIFFERENCE_SHOWN_CHANGE_VALUES: set[FlowDifferenceShownChange] = {
    "added",
    "changed",
    "moved",
    "removed",
}


def check_flow_difference_shown_change(value: str) -> FlowDifferenceShownChange:
    if value in FLOW_DIFFERENCE_SHOWN_CHANGE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FLOW_DIFFERENCE_SHOWN_CHANGE_VALUES!r}"
    )
