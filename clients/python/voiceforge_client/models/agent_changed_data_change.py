from typing import Literal

AgentChangedDataChange = Literal["changed", "created", "deleted"]

AGENT_CHANGED_DATA_CHANGE_VALUES: set[AgentChangedDataChange] = {
    "changed",
    "created",
    "deleted",
}


def check_agent_changed_data_change(value: str) -> AgentChangedDataChange:
    if value in AGENT_CHANGED_DATA_CHANGE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {AGENT_CHANGED_DATA_CHANGE_VALUES!r}"
    )
