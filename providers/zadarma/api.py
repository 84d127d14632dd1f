"""Zadarma's REST interface, version 1: signed, within its limits, its errors told in our words.

Source: github.com/zadarma/openapi (spec/v1/openapi.json, MIT) and zadarma.com/en/support/api. It must never
let a secret into an error or the log.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from mediaserver.errors import FetchError, FetchFault, ProviderFault, TelephonyError
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.protocols import Fetcher
from mediaserver.fetching.request import FetchRequest
from mediaserver.printable import printable
from providers.zadarma.account import ZadarmaSettings
from providers.zadarma.allowance import GENERAL, STATISTICS, WINDOW_S, Allowance
from providers.zadarma.signature import authorization, query

TIMEOUT_S: Final = 10.0
RETRIES = 2
"""Of what changes nothing there."""
MOST_WAIT_S = 120.0


class ZadarmaApi:
    def __init__(
        self,
        settings: ZadarmaSettings,
        fetcher: Fetcher,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`wall`: seconds since 1970, by which Zadarma says when it may be asked again."""
        self._settings = settings
        self._fetcher = fetcher
        self._clock = clock
        self._wall = wall
        self._general = Allowance(GENERAL)
        self._statistics = Allowance(STATISTICS)

    async def get(self, method: str, **params: str) -> dict[str, Any]:
        """`method`: "info/balance". Raises TelephonyError."""
        return await self._ask("GET", method, params)

    async def act(self, method: str, **params: str) -> dict[str, Any]:
        """What its interface has as GET and yet does something, such as a callback: asked once."""
        return await self._ask("GET", method, params, once=True)

    async def post(self, method: str, **params: str) -> dict[str, Any]:
        return await self._ask("POST", method, params, once=True)

    async def delete(self, method: str, **params: str) -> dict[str, Any]:
        return await self._ask("DELETE", method, params)

    async def _ask(
        self, verb: str, method: str, given: Mapping[str, str], *, once: bool = False
    ) -> dict[str, Any]:
        self._allowed(method)
        path, params = f"/v1/{method}/", {**given, "format": "json"}
        proof = authorization(self._settings.key, self._settings.secret.get_secret_value(), path, params)
        written = query(params)
        request = FetchRequest(
            f"{self._settings.api}{path}" + (f"?{written}" if verb == "GET" else ""),
            verb,
            headers={"Authorization": proof},
            body=b"" if verb == "GET" else written.encode(),
            content_type="" if verb == "GET" else "application/x-www-form-urlencoded",
            timeout_s=TIMEOUT_S,
            retries=0 if once else RETRIES,
            idempotent=not once,
            redirects=False,
        )
        try:
            answer = await self._fetcher.fetch(request)
        except FetchError as error:
            raise _unreached(error, method, acts=once) from None
        return self._read(answer, method, acts=once)

    def _allowed(self, method: str) -> None:
        """Raises TelephonyError."""
        now = self._clock()
        allowances = [self._general]
        if method.startswith("statistics"):
            allowances.insert(0, self._statistics)
        for each in allowances:
            if (wait := each.wait_s(now)) > 0:
                raise TelephonyError(
                    f"Zadarma takes no more requests for {method} this minute", ProviderFault.LIMIT, wait
                )

    def _read(self, answer: FetchAnswer, method: str, *, acts: bool) -> dict[str, Any]:
        try:
            content = answer.json()
        except FetchError:
            content = None
        said = content if isinstance(content, dict) else {}
        why = printable(str(said.get("message", "")))[:200]
        status = answer.status
        if status in (401, 403):
            raise TelephonyError(
                f"Zadarma refuses the key or its secret{_because(why)}", ProviderFault.KEY, code=str(status)
            )
        if status == 429:
            wait = self._until(answer)
            self._general.refused(self._clock(), wait)
            raise TelephonyError(
                "Zadarma takes no more requests this minute", ProviderFault.LIMIT, wait, code="429"
            )
        if status >= 500:
            raise TelephonyError(
                f"Zadarma fails ({status})", ProviderFault.DOWN, code=str(status), maybe=acts
            )
        if status >= 400 or said.get("status") == "error":
            kind = ProviderFault.QUOTA if "money" in why.lower() else ProviderFault.REFUSED
            raise TelephonyError(f"Zadarma refuses {method}{_because(why)}", kind, code=str(status))
        if not answer.ok or not isinstance(content, dict):
            raise TelephonyError(
                f"Zadarma answers {method} with what cannot be read ({status})",
                ProviderFault.DOWN, code=str(status), maybe=acts,
            )  # fmt: skip
        return said

    def _until(self, answer: FetchAnswer) -> float:
        """Seconds, by the headers that it sends along (X-RateLimit-Reset: when, in seconds since 1970)."""
        for name, base in (("retry-after", 0.0), ("x-ratelimit-reset", self._wall())):
            text = answer.headers.get(name, "").strip()
            if text.isascii() and text.isdigit() and len(text) < 12:
                return min(max(float(text) - base, 1.0), MOST_WAIT_S)
        return WINDOW_S


def _because(why: str) -> str:
    return f": {why}" if why else ""


def _unreached(error: FetchError, method: str, *, acts: bool) -> TelephonyError:
    """`maybe`: it may have arrived there."""
    sure = error.kind in (
        FetchFault.DNS, FetchFault.TLS, FetchFault.CIRCUIT_OPEN, FetchFault.BUSY, FetchFault.REFUSED_ADDRESS,
        FetchFault.BAD_REQUEST,
    )  # fmt: skip
    ours = error.kind in (FetchFault.REFUSED_ADDRESS, FetchFault.BAD_REQUEST)
    kind = ProviderFault.REFUSED if ours else ProviderFault.DOWN
    return TelephonyError(f"Zadarma cannot be asked for {method}: {error}", kind, maybe=acts and not sure)
