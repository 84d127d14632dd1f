"""The tool by which a model sends its caller a text (SMS): a link, an address, a number to keep.

It goes to the caller alone: nothing that a caller says, or a model makes up, names another number.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from mediaserver.calls.texting import MOST_TEXT, TextRefusedError, TextTaken
from mediaserver.errors import ToolError
from pipelines.assistant.notes import plain
from pipelines.assistant.secrets import Secrets
from pipelines.tools.protocols import Tool, ToolContext

SEND_SMS = "send_sms"
WITHIN_S = 15.0
SendText: TypeAlias = Callable[[str], Awaitable[TextTaken]]
"""Sends the caller a text. Raises TextRefusedError."""


def sms_tool(send: SendText, secret: Sequence[str] = ()) -> Tool:
    """Of one call. `secret`: passages of the instructions that stand in no text."""

    async def run(arguments: Mapping[str, Any], context: ToolContext) -> str:
        text = arguments.get("text")
        if not isinstance(text, str) or not text.strip():
            raise ToolError("text is the words of the message")
        if Secrets(secret).betrays(text):
            raise ToolError("it was not sent: it says what is secret")
        try:
            await send(text[:MOST_TEXT])
        except TextRefusedError as refused:
            raise ToolError(f"it was not sent ({refused.why}): {plain(str(refused), 300)}") from None
        return "sent to the caller's own number"

    return Tool(
        SEND_SMS,
        "Send the caller a short text message (SMS) to their own number, such as a link or an address. Only "
        "when they want it. Say so once it is sent.",
        {
            "type": "object",
            "properties": {
                "text": {"type": "string", "description": "The message: plain text, short, links whole."}
            },
            "required": ["text"],
            "additionalProperties": False,
        },
        run,
        timeout_s=WITHIN_S,
        interruptible=False,
    )
