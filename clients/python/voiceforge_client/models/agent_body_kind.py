from typing import Literal

AgentBodyKind = Literal["echo", "flow", "llm", "python", "realtime"]

AGENT_BODY_KIND_VALUES: set[AgentBodyKind] = {
    "echo",
    "flow",
    "llm",
    "python",
    "realtime",
}


def check_agent_body_kind(value: str) -> AgentBodyKind:
    if value in AGENT_BODY_KIND_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {AGENT_BODY_KIND_VALUES!r}"
    )
