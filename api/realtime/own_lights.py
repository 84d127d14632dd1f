"""What a client cannot ask of an agent that goes by its own lights: a flow, or code of somebody's."""

from __future__ import annotations

from api.realtime.client_events import ResponseWanted
from api.realtime.items import WrittenCall, WrittenMessage, WrittenOutput
from api.realtime.refusals import EventRefused
from api.realtime.session_settings import RealtimeSettings

_ADVICE = (
    "this agent knows by itself what it says: leave it out, or open the session with a language model"
    " (GET /v1/models) in the place of the agent"
)


def check_of_agent(settings: RealtimeSettings) -> None:
    """Raises EventRefused."""
    for name, asked in (
        ("instructions", bool(settings.instructions)),
        ("tools", bool(settings.tools)),
        ("max_output_tokens", settings.max_output_tokens != "inf"),
    ):
        if asked:
            raise EventRefused("unsupported_value", f"'session.{name}': {_ADVICE}.", f"session.{name}")


def check_item_for_agent(item: WrittenMessage | WrittenCall | WrittenOutput) -> None:
    """Raises EventRefused for what is not said by the user: the agent has a memory of its own."""
    if not isinstance(item, WrittenMessage) or item.role != "user":
        raise EventRefused("unsupported_value", f"'item': {_ADVICE}.", "item")


def check_response_of_agent(wanted: ResponseWanted) -> None:
    """Raises EventRefused."""
    for name, asked in (
        ("instructions", bool(wanted.instructions)),
        ("input", wanted.input is not None),
        ("tools", bool(wanted.tools)),
        ("conversation", wanted.conversation != "auto"),
        ("max_output_tokens", wanted.max_output_tokens not in (None, "inf")),
    ):
        if asked:
            raise EventRefused("unsupported_value", f"'response.{name}': {_ADVICE}.", f"response.{name}")
