from typing import Literal

FlowFindingShownSeverity = Literal["error", "warning"]

FLOW_FINDING_SHOWN_SEVERITY_VALUES: set[FlowFindingShownSeverity] = {
    "error",
    "warning",
}


def check_flow_finding_shown_severity(value: str) -> FlowFindingShownSeverity:
    if value in FLOW_FINDING_SHOWN_SEVERITY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FLOW_FINDING_SHOWN_SEVERITY_VALUES!r}"
    )
