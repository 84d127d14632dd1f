"""Asterisk's REST interface (ARI), as far as calls need it: asked over HTTP, its refusals in our words.

Source: docs.asterisk.org, Asterisk REST Interface; Asterisk 22.10's own rest-api documents. It must never let
the password into an error or the log.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

from mediaserver.errors import FetchError, FetchFault, ProviderFault, TelephonyError
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.protocols import Fetcher
from mediaserver.fetching.request import FetchRequest
from mediaserver.printable import printable
from providers.asterisk.account import AsteriskAccount

TIMEOUT_S = 5.0
RETRIES = 2
"""Of what may arrive twice."""
NOT_SENT = (
    FetchFault.DNS, FetchFault.TLS, FetchFault.CIRCUIT_OPEN, FetchFault.BUSY, FetchFault.REFUSED_ADDRESS,
    FetchFault.BAD_REQUEST,
)  # fmt: skip


class Ari:
    """Of one account."""

    def __init__(self, settings: AsteriskAccount, fetcher: Fetcher) -> None:
        self.base = f"{settings.url}/ari"
        self._settings = settings
        self._fetcher = fetcher

    @property
    def headers(self) -> dict[str, str]:
        user, password = self._settings.username, self._settings.password.get_secret_value()
        return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}

    def address(self, path: str, **query: str) -> str:
        """`path`: "/channels/1795.1"; its parts are quoted already."""
        return f"{self.base}{path}" + (f"?{urlencode(query)}" if query else "")

    async def get(self, path: str, **query: str) -> Any:
        """Raises TelephonyError; its code is the status."""
        return await self._ask("GET", path, query, None, may_repeat=True)

    async def post(self, path: str, body: Any = None, **query: str) -> Any:
        """Asked once. Raises TelephonyError."""
        return await self._ask("POST", path, query, body, may_repeat=False)

    async def delete(self, path: str, **query: str) -> None:
        """What is gone already is no error. Raises TelephonyError."""
        try:
            await self._ask("DELETE", path, query, None, may_repeat=True)
        except TelephonyError as error:
            if error.code != "404":
                raise

    async def _ask(
        self, method: str, path: str, query: dict[str, str], body: Any, *, may_repeat: bool
    ) -> Any:
        request = FetchRequest(
            self.address(path, **query),
            method,
            headers=self.headers,
            body=b"" if body is None else json.dumps(body).encode(),
            content_type="" if body is None else "application/json",
            timeout_s=TIMEOUT_S,
            retries=RETRIES if may_repeat else 0,
            redirects=False,
        )
        try:
            answer = await self._fetcher.fetch(request)
        except FetchError as error:
            raise unreached(error, acts=not may_repeat) from None
        return _read(answer, f"{method} {path}", acts=not may_repeat)


def part(text: str) -> str:
    """A part of a path."""
    return quote(text, safe="")


def unreached(error: FetchError, *, acts: bool) -> TelephonyError:
    """`acts`: it may have arrived there."""
    if error.kind is FetchFault.REFUSED_ADDRESS:
        return TelephonyError(
            f"Asterisk's address is none that this server may reach: name it in fetch.allow ({error})",
            ProviderFault.REFUSED,
        )
    return TelephonyError(
        f"Asterisk cannot be reached: {error}", ProviderFault.DOWN, maybe=acts and error.kind not in NOT_SENT
    )


def _read(answer: FetchAnswer, what: str, *, acts: bool) -> Any:
    status = answer.status
    content = None
    if answer.body:
        try:
            content = answer.json()
        except FetchError:
            content = None
    if answer.ok:
        return content
    said = content if isinstance(content, dict) else {}
    why = printable(str(said.get("message") or said.get("error") or ""))[:200]
    because = f": {why}" if why else ""
    code = str(status)
    if status in (401, 403):
        raise TelephonyError(
            f"Asterisk refuses the user or the password of ari.conf{because}", ProviderFault.KEY, code=code
        )
    if status >= 500:
        raise TelephonyError(
            f"Asterisk fails at {what} ({status}){because}", ProviderFault.DOWN, code=code, maybe=acts
        )
    raise TelephonyError(f"Asterisk refuses {what} ({status}){because}", ProviderFault.REFUSED, code=code)
