from typing import Literal

FlowChangedDataChange = Literal["created", "deleted", "published", "saved"]

FLOW_CHANGED_DATA_CHANGE_VALUES: set[FlowChangedDataChange] = {
    "created",
    "deleted",
    "published",
    "saved",
}


def check_flow_changed_data_change(value: str) -> FlowChangedDataChange:
    if value in FLOW_CHANGED_DATA_CHANGE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FLOW_CHANGED_DATA_CHANGE_VALUES!r}"
    )
