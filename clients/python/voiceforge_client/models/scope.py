from typing import Literal

Scope = Literal[
    "admin",
    "agents:read",
    "agents:write",
    "calls:listen",
    "calls:read",
    "calls:write",
    "events:read",
    "flows:read",
    "flows:write",
    "metrics",
    "models",
    "sessions",
    "speech",
    "telephony:read",
    "telephony:write",
    "usage:read",
    "voices:read",
    "voices:write",
    "webhooks:read",
    "webhooks:write",
]

SCOPE_VALUES: set[Scope] = {
    "admin",
    "agents:read",
    "agents:write",
    "calls:listen",
    "calls:read",
    "calls:write",
    "events:read",
    "flows:read",
    "flows:write",
    "metrics",
    "models",
    "sessions",
    "speech",
    "telephony:read",
    "telephony:write",
    "usage:read",
    "voices:read",
    "voices:write",
    "webhooks:read",
    "webhooks:write",
}


def check_scope(value: str) -> Scope:
    if value in SCOPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SCOPE_VALUES!r}")
