from typing import Literal

NewAgentKind = Literal["echo", "flow", "llm", "python", "realtime"]

NEW_AGENT_KIND_VALUES: set[NewAgentKind] = {
    "echo",
    "flow",
    "llm",
    "python",
    "realtime",
}


def check_new_agent_kind(value: str) -> NewAgentKind:
    if value in NEW_AGENT_KIND_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {NEW_AGENT_KIND_VALUES!r}"
    )
