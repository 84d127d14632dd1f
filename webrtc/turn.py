"""Servers that help a browser to reach us (STUN), or carry its media (TURN), as it is told of them.

Credentials of TURN hold for a while only, by the scheme that coturn calls its REST API
(draft-uberti-behave-turn-rest): the user name is when they end, the password its HMAC with a secret that the
relay knows, too. Nobody has to be asked, and nothing kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class IceServer:
    """As `RTCIceServer` of browsers."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = field(default="", repr=False)

    @property
    def link(self) -> str:
        """One value of the header Link for each address (:rfc:`9725`, section 4.6)."""
        more = ""
        if self.username:
            more = f'; username="{self.username}"; credential="{self.credential}"; credential-type="password"'
        return ", ".join(f'<{url}>; rel="ice-server"{more}' for url in self.urls)


def turn_credentials(secret: str, name: str, expires_at: int) -> tuple[str, str]:
    """User name and password that a relay takes until then, in seconds of the epoch."""
    user = f"{expires_at}:{_NOT_IN_NAMES.sub('-', name)[:LONGEST_NAME] or 'browser'}"
    digest = hmac.digest(secret.encode(), user.encode(), hashlib.sha1)
    return user, base64.b64encode(digest).decode()


def ice_servers(
    stun: Sequence[str], turn: Sequence[str], secret: str, lasts_s: int, name: str, now: float
) -> list[IceServer]:
    """For one browser. `name`: whose they are, for the relay's log; `now`: seconds of the epoch."""
    found = [IceServer(tuple(stun))] if stun else []
    if turn:
        username, credential = turn_credentials(secret, name, int(now) + lasts_s) if secret else ("", "")
        found.append(IceServer(tuple(turn), username, credential))
    return found
