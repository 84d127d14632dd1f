"""Why an event of a client's is not done. The session goes on."""

from __future__ import annotations

import re

from pydantic import ValidationError

from mediaserver.errors import PeerError

MOST_FAULTS = 500
"""Of one event, that are looked at: pydantic tells all of them or none."""
MOST_SAID = 500
"""Characters of what a client is told of its mistake."""


class EventRefused(PeerError):
    """A client's event is malformed, or cannot be done now, or never by this server."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        """`param`: the field that is to be mended."""
        super().__init__(message)
        self.code = code
        self.param = param


_FIELD = re.compile(r"[a-z_][a-z0-9_]*")
_TAGS = frozenset(
    {"server_vad", "semantic_vad", "message", "function_call", "function_call_output", "item_reference"}
)
"""Of a union's members: in pydantic's places, and in no event."""


def _is_field(place: str | int) -> bool:
    return isinstance(place, int) or (place not in _TAGS and _FIELD.fullmatch(place) is not None)


def refused_by(error: ValidationError, under: str = "") -> EventRefused:
    """The first of a model's complaints. `under`: where in the event what was checked stands."""
    if error.error_count() > MOST_FAULTS:
        return EventRefused(
            "invalid_value", f"There are {error.error_count()} faults in this event.", under or None
        )
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    places = [under, *(str(each) for each in first["loc"] if _is_field(each))]
    param = ".".join(each for each in places if each)[:200]
    kind, said = first["type"], first["msg"].removeprefix("Value error, ")[:MOST_SAID]
    match kind:
        case "missing":
            return EventRefused("missing_required_parameter", f"'{param}' is missing.", param)
        case "extra_forbidden":
            return EventRefused("unknown_parameter", f"There is no parameter '{param}' here.", param)
        case _:
            return EventRefused("invalid_value", f"'{param}': {said}.", param or None)


class SessionRefused(PeerError):
    """No session can be had, which is said before there is a socket. `status`: of HTTP."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
