"""Asking a provider's interface over HTTP without an SDK: a question, its answer as JSON, its refusal.

By the guarded client, so that no address leads where the operator has not allowed; never redirected, since
credentials go along.
"""

from __future__ import annotations

import asyncio
import base64
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from mediaserver.errors import FetchError, ProviderFault, TelephonyError
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.protocols import Fetcher
from mediaserver.fetching.request import FetchRequest
from mediaserver.printable import printable
from providers.recordings import fault_of
from providers.retrying import retried

SAID = 200
GONE = ("404", "410")
_WORDS = ("error", "message", "Message", "detail", "title", "error_title", "description")


class Rest:
    """Of one account."""

    def __init__(
        self,
        account: str,
        title: str,
        fetcher: Fetcher,
        base_url: str,
        authorization: Callable[[], str],
        *,
        mend: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`account`: its name here. `title`: the provider's. `authorization`: of each request. `mend`: what
        to do when that is refused."""
        self._account = account
        self._title = title
        self._fetcher = fetcher
        self._base_url = base_url
        self._authorization = authorization
        self._mend = mend
        self._sleep = sleep

    async def ask(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        harmless: bool = False,
    ) -> Any:
        """The answer's JSON; None where it has none. `harmless`: it may arrive twice, as all that only asks
        or sets. Raises TelephonyError, with HTTP's status as its code."""

        async def once() -> Any:
            # Made anew for each try: an authorization may be good for one request alone.
            request = self.request(method, path, json=json, form=form, query=query)
            try:
                answer = await self._fetcher.fetch(request)
            except FetchError as error:
                fault = fault_of(error, self._title)
                fault.maybe = fault.maybe and not harmless
                raise fault from None
            return self._read(answer, harmless)

        return await retried(once, account=self._account, what=f"{method} {path}", sleep=self._sleep)

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> FetchRequest:
        url = f"{self._base_url}{path}{'?' + urlencode(query) if query else ''}"
        headers = {"Authorization": self._authorization(), "Accept": "application/json"}
        if json is not None:
            return FetchRequest.of_json(url, json, method, headers=headers, redirects=False)
        if form is not None:
            kind = "application/x-www-form-urlencoded"
            body = urlencode(form).encode()
            return FetchRequest(url, method, headers, body=body, content_type=kind, redirects=False)
        return FetchRequest(url, method, headers, redirects=False)

    def _read(self, answer: FetchAnswer, harmless: bool) -> Any:
        if not answer.ok:
            raise self._refusal(answer, harmless)
        if not answer.body.strip():
            return None
        try:
            return answer.json()
        except FetchError:
            raise self.unreadable(maybe=not harmless) from None

    def unreadable(self, *, maybe: bool) -> TelephonyError:
        """Of an answer that is not what its documents say."""
        return TelephonyError(
            f"{self._title}'s answer is not what its documents say", ProviderFault.DOWN, maybe=maybe
        )

    def _refusal(self, answer: FetchAnswer, harmless: bool) -> TelephonyError:
        status, said = answer.status, words_of(answer)
        match status:
            case 401 | 403:
                kind, mend = ProviderFault.KEY, f"{self._title} does not let the account in: {self._mend}"
            case 402:
                kind, mend = ProviderFault.QUOTA, f"the account at {self._title} has no money left"
            case 404 | 410:
                kind, mend = ProviderFault.REFUSED, f"{self._title} knows of no such thing"
            case 429:
                kind, mend = ProviderFault.LIMIT, f"too much is asked of {self._title} at once"
            case 408:
                kind, mend = ProviderFault.DOWN, f"{self._title} was not told in time"
            case _ if status >= 500:
                kind, mend = ProviderFault.DOWN, f"{self._title} has trouble of its own"
            case _:
                kind, mend = ProviderFault.REFUSED, f"{self._title} does not take it"
        text = f"{mend} ({status}{f': {said}' if said else ''})"
        maybe = status >= 500 and not harmless
        return TelephonyError(text, kind, _after_s(answer), str(status), maybe=maybe)


def basic(user: str, password: str) -> str:
    """:rfc:`7617`."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def gone(error: TelephonyError) -> bool:
    """There is no such call, any more."""
    return error.code in GONE


def words_of(answer: FetchAnswer) -> str:
    """What a refusal says, under whatever name its provider says it; no more than a line."""
    try:
        told = answer.json()
    except FetchError:
        return ""
    if isinstance(told, dict) and isinstance(told.get("RestException"), dict):
        told = told["RestException"]
    if not isinstance(told, dict):
        return ""
    found = [told[name] for name in _WORDS if isinstance(told.get(name), str)]
    return printable(": ".join(found))[:SAID].strip()


def _after_s(answer: FetchAnswer) -> float | None:
    try:
        seconds = float(answer.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
