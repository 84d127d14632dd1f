"""A request made ready to be sent: where it goes is judged, and its secrets are put in."""

from __future__ import annotations

from aiohttp import hdrs
from multidict import CIMultiDict
from yarl import URL

from mediaserver.addresses import address_of
from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.exchange import Sent
from mediaserver.fetching.hosts import host_of, port_of, read_url
from mediaserver.fetching.request import FetchRequest
from mediaserver.fetching.secrets import Disclosing, Masking, SecretSource

MOST_WHOLE_URL = 8000
"""Characters of an address once the query is in it, encoded; what servers take at least (:rfc:`9110` 4.1)."""


class Preparing:
    """One for a request, over all its redirects."""

    def __init__(
        self, request: FetchRequest, rule: AddressRule, secrets: SecretSource, masking: Masking
    ) -> None:
        self._request = request
        self._rule = rule
        self._secrets = secrets
        self._masking = masking

    def first(self) -> Sent:
        """Raises FetchError."""
        url = read_url(self._request.url)
        judge(self._rule, url)
        if pairs := self._disclosing(url).pairs(self._request.query):
            url = url.extend_query(pairs)
        if len(str(url)) > MOST_WHOLE_URL:
            raise FetchError(
                f"the address is longer than {MOST_WHOLE_URL} characters with its query",
                FetchFault.BAD_REQUEST,
            )
        asked = self._request
        return Sent(asked.method.upper(), url, asked.body, asked.redirects, asked.status_only)

    def headers(self, url: URL) -> CIMultiDict[str]:
        """See `mediaserver.fetching.exchange.HopHeaders`."""
        judge(self._rule, url)
        disclosing = self._disclosing(url)
        headers = CIMultiDict[str]()
        if self._request.content_type:
            headers[hdrs.CONTENT_TYPE] = self._request.content_type
        for name, value in self._request.headers.items():
            headers[name] = disclosing.value(value)
        return headers

    def _disclosing(self, url: URL) -> Disclosing:
        host, port = host_of(url), port_of(url)
        private = url.scheme == "https" or self._rule.lists(host, port)
        return Disclosing(self._secrets, self._masking, host, port, private=private)


def judge(rule: AddressRule, url: URL) -> None:
    """As far as it can be told before its name is looked up. Raises FetchError."""
    host, port = host_of(url), port_of(url)
    rule.check_port(host, port)
    if (literal := address_of(host)) is not None:
        rule.check(host, port, literal)
    else:
        rule.check_name(host, port)
