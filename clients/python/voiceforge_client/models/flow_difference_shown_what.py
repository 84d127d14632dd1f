from typing import Literal

FlowDifferenceShownWhat = Literal["edge", "flow", "node", "variable"]

FLOW_DIFFERENCE_SHOWN_WHAT_VALUES: set[FlowDifferenceShownWhat] = {
    "edge",
    "flow",
    "node",
    "variable",
}


def check_flow_difference_shown_what(value: str) -> FlowDifferenceShownWhat:
    if value in FLOW_DIFFERENCE_SHOWN_WHAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FLOW_DIFFERENCE_SHOWN_WHAT_VALUES!r}"
    )
