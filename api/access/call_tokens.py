"""Tokens that let a page of another site place calls to one destination, for a while: who has a key makes
them, and gives them away.

One holds all that it permits, under a MAC with a secret of this process, so that none outlasts it. How often
each was used is kept until it ends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from enum import StrEnum
from uuid import UUID

from mediaserver.errors import VoiceForgeError

PREFIX = "vfc_"
LONGEST = 2_048
_MAC_OCTETS = 16
_MOST_KEPT = 10_000


class TokenFault(StrEnum):
    """Why a token lets nobody in."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    SPENT = "spent"
    WRONG_ORIGIN = "wrong origin"


class BadToken(VoiceForgeError):
    """See `why`."""

    def __init__(self, why: TokenFault) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class CallToken:
    """What one permits."""

    id: str
    key: str
    """Of whoever made it; empty: the operator."""
    expires_at: int
    """Seconds of the epoch."""
    calls: int
    """That may be begun with it."""
    to: str = ""
    agent: str = ""
    flow: str = ""
    voice: str = ""
    language: str = ""
    name: str = ""
    """Who calls, where the page does not say."""
    origins: tuple[str, ...] = ()
    """Whose pages; empty: any that may ask here at all."""
    session: str = ""
    """Of the operator's browser in which it was made, and with which it ends; empty: in none."""

    @property
    def key_id(self) -> UUID | None:
        return UUID(self.key) if self.key else None

    @property
    def session_id(self) -> UUID | None:
        return UUID(self.session) if self.session else None


class CallTokens:
    """Of one process."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._used: dict[str, tuple[int, int]] = {}
        """By id: calls so far, and when it ends."""

    def make(self, token: CallToken) -> str:
        """As text. Raises ValueError for one that would be too long."""
        holds = json.dumps(asdict(token), separators=(",", ":")).encode()
        text = f"{PREFIX}{_text(holds)}.{_text(self._mac(holds))}"
        if len(text) > LONGEST:
            raise ValueError(f"a token has at most {LONGEST} characters: name fewer origins")
        return text

    def read(self, text: str, origin: str | None, now: float, *, ended: bool = False) -> CallToken:
        """What it permits to a page of this origin (None: no page asks). `ended`: one that has ended will do,
        for a call that began before. Raises BadToken."""
        token = self._read(text)
        if token is None:
            raise BadToken(TokenFault.UNKNOWN)
        if now >= token.expires_at and not ended:
            raise BadToken(TokenFault.EXPIRED)
        if token.origins and origin not in token.origins:
            raise BadToken(TokenFault.WRONG_ORIGIN)
        return token

    def spend(self, token: CallToken, now: float) -> None:
        """It begins a call. Raises BadToken when it has begun all that it may."""
        used, _ = self._used.get(token.id, (0, 0))
        if used >= token.calls:
            raise BadToken(TokenFault.SPENT)
        if len(self._used) >= _MOST_KEPT:
            self._used = {name: known for name, known in self._used.items() if known[1] > now}
        self._used[token.id] = used + 1, token.expires_at

    def _read(self, text: str) -> CallToken | None:
        begun, dot, mac = text.removeprefix(PREFIX).partition(".")
        if not text.startswith(PREFIX) or not dot or len(text) > LONGEST:
            return None
        try:
            holds, proof = _octets(begun), _octets(mac)
        except ValueError:
            return None
        if not hmac.compare_digest(self._mac(holds), proof):
            return None
        said = json.loads(holds)  # ours, as the MAC has shown
        return CallToken(**{**said, "origins": tuple(said["origins"])})

    def _mac(self, holds: bytes) -> bytes:
        return hmac.digest(self._secret, holds, hashlib.sha256)[:_MAC_OCTETS]


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(text: str) -> bytes:
    """Raises ValueError for what is not as `_text` writes it."""
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _text(octets) != text:
        raise ValueError("not as it was written")
    return octets
