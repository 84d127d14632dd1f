"""What a key may be made for. A route names one scope; whoever asks must have it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    """The right to one kind of request. `*_READ` changes nothing; `*_WRITE` does not include reading."""

    ADMIN = "admin"
    """Everything, for all keys' things: what the operator may."""
    CALLS_READ = "calls:read"
    CALLS_WRITE = "calls:write"
    CALLS_LISTEN = "calls:listen"
    """Hear, and speak into, calls that are up."""
    AGENTS_READ = "agents:read"
    AGENTS_WRITE = "agents:write"
    TELEPHONY_READ = "telephony:read"
    TELEPHONY_WRITE = "telephony:write"
    FLOWS_READ = "flows:read"
    FLOWS_WRITE = "flows:write"
    VOICES_READ = "voices:read"
    VOICES_WRITE = "voices:write"
    SPEECH = "speech"
    """Speech from text and text from speech, conversion of audio."""
    SESSIONS = "sessions"
    """Conversations over WebSocket."""
    EVENTS_READ = "events:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    USAGE_READ = "usage:read"
    METRICS = "metrics"
    """Figures of the whole server, for whoever watches it: of all keys together, with names of trunks."""
    MODELS = "models"
    """The configured language models, passed on to."""


def held(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """All that whoever was given these has: `admin` holds all."""
    given = frozenset(scopes)
    return frozenset(Scope) if Scope.ADMIN in given else given


def scopes_of(names: Iterable[str]) -> frozenset[Scope]:
    """The scopes of these names that this program knows; a newer server's are nothing to this one."""
    known = {str(scope): scope for scope in Scope}
    return frozenset(known[name] for name in names if name in known)
