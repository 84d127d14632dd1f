"""Why the server closes a gateway's socket. Those from 4000 on are our own (:rfc:`6455` 7.4.2)."""

from __future__ import annotations

from enum import IntEnum

from mediaserver.errors import VoiceForgeError


class CloseCode(IntEnum):
    DONE = 1000
    """The conversation is over; `ended` has said how."""
    GOING_AWAY = 1001
    """The server is being stopped."""
    INVALID_KEY = 4001
    """No key was given, or it is none."""
    INACTIVE_KEY = 4002
    """The key was switched off or revoked, also in mid-conversation, or is not made for sessions."""
    RATE_LIMIT = 4003
    """Too many sockets, messages or wrong keys; or the key's quota is used up."""
    PROTOCOL = 4004
    """What came is no message of the protocol, or not now; the reason says what and how to mend it."""
    UNAVAILABLE = 4005
    """No conversation can be had: there is no such agent, or it cannot talk now."""
    TOO_SLOW = 4006
    """The client does not read what it is sent. The conversation can be resumed."""
    TAKEN_OVER = 4007
    """Another socket has resumed this conversation."""
    GONE = 4008
    """What was to be resumed is over, or never was."""


class GatewayRefusal(VoiceForgeError):
    """The socket is to be closed. Its text goes to the client, of which a close frame has 123 octets."""

    def __init__(self, code: CloseCode, message: str, after_s: float | None = None) -> None:
        """`after_s`: it may be worth to ask again then; None: nobody knows."""
        super().__init__(message)
        self.code = code
        self.after_s = after_s

    @property
    def reason(self) -> bytes:
        return str(self).encode()[:123].decode(errors="ignore").encode()


class NoLanguageModel(GatewayRefusal):
    """The agent thinks with a language model, and the server has none."""

    def __init__(self) -> None:
        super().__init__(
            CloseCode.UNAVAILABLE,
            "This server has no language model: set OPENAI_API_KEY or ANTHROPIC_API_KEY, or engines.llm "
            "(docs/models.md).",
        )
