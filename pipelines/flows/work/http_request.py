"""A tool node's HTTP request: templates in, an answer of 2xx out, through the server's one guarded client."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.protocols import Fetcher
from mediaserver.fetching.request import FetchRequest
from mediaserver.fetching.secrets import FromSecret, Masking
from pipelines.flows.document.tools import HttpRequest
from pipelines.flows.expressions.values import Value
from pipelines.flows.work.gave import ToolFault, ToolGave, ToolUseError, off_loop, read_text
from pipelines.flows.work.prepared import PreparedRequest

MOST_TIMEOUT_S = 5.0
FAULTS: dict[FetchFault, ToolFault] = {
    FetchFault.TIMEOUT: "timeout",
    FetchFault.BAD_REQUEST: "refused",
    FetchFault.REFUSED_ADDRESS: "refused",
    FetchFault.REDIRECT: "refused",
    FetchFault.TOO_LARGE: "bad answer",
    FetchFault.BAD_ANSWER: "bad answer",
}
"""Any other is 'tool': the server cannot be reached."""


class HttpUse:
    """A ToolInUse. `values`: as they are kept; templates here say nothing to a caller."""

    def __init__(
        self,
        use: HttpRequest,
        prepared: PreparedRequest,
        values: Mapping[str, Value],
        timeout_s: float,
        fetcher: Fetcher,
        masking: Masking,
    ) -> None:
        self._use = use
        self._prepared = prepared
        self._values = values
        self._timeout_s = min(timeout_s, MOST_TIMEOUT_S)
        self._fetcher = fetcher
        self._masking = masking
        self.given: Mapping[str, Any] = {}
        self.changes = use.method != "GET"
        self.name = f"{use.method} {urlsplit(use.url).netloc}"

    async def run(self) -> ToolGave:
        try:
            answer = await self._fetcher.fetch(self._request(), self._masking)
            if not answer.ok:
                raise ToolUseError("status", f"{self.name} answered {answer.status}", answer.status)
            body = await off_loop(len(answer.body), partial(_body, answer))
        except FetchError as error:
            raise ToolUseError(FAULTS.get(error.kind, "tool"), f"{self.name}: {error}") from None
        return ToolGave(body, len(answer.body), answer.status)

    def _request(self) -> FetchRequest:
        """Raises ExpressionError, FetchError."""
        use, prepared, values = self._use, self._prepared, self._values
        url = prepared.url.url(values)
        query = {name: template.text(values) for name, template in prepared.query.items()}
        headers: dict[str, str | FromSecret] = {
            name: template.text(values) for name, template in prepared.headers.items()
        }
        for name, secret in use.secrets.items():
            headers[name] = FromSecret(secret.secret, secret.prefix)
        self.given = {"url": url, **({"query": query} if query else {})}
        more: dict[str, Any] = {
            "headers": headers,
            "query": tuple(query.items()),
            "timeout_s": self._timeout_s,
            "retries": use.retries,
        }
        if prepared.body is None:
            return FetchRequest(url, use.method, **more)
        body = prepared.body.value(values)
        self.given = {**self.given, "body": body}
        return FetchRequest.of_json(url, body, use.method, **more)


def _body(answer: FetchAnswer) -> Any:
    """JSON, else text; None for an answer without one. Raises FetchError for what says that it is JSON and is
    none."""
    if not answer.body:
        return None
    says = answer.content_type
    if says == "application/json" or says.endswith("+json"):
        return answer.json()
    return read_text(answer.text())
