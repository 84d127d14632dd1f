"""Secrets in requests: each is held for one host, goes to it alone, and stands in nothing that is kept.

Whoever writes a flow names a secret and never sees it. That it does not leave for elsewhere is decided here,
again for each request, and not by who stored it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, quote_plus

from yarl import URL

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.hosts import canonical_host
from mediaserver.host_port import split_port

MASK = "•••"
LEAST_SECRET = 4
"""Characters; shorter ones are not sent, since they could not be masked without masking all else."""
_UNFIT = re.compile(r"[\x00-\x1f\x7f]")


class HeldSecret(Protocol):
    @property
    def host(self) -> str:
        """`api.example.com`, or with a port `api.example.com:8443`."""

    @property
    def value(self) -> str: ...


class SecretSource(Protocol):
    """Where secrets are kept (sealed, in the database)."""

    def secret(self, name: str) -> HeldSecret | None:
        """From memory: a call waits for it. None when there is none of this name."""


class NoSecrets:
    """Before the database is open, and where there is none."""

    def secret(self, name: str) -> HeldSecret | None:
        return None


@dataclass(frozen=True, slots=True)
class FromSecret:
    """A value of a header or of the query that is a secret, or has one in it: `Bearer ...`."""

    name: str
    before: str = ""
    after: str = ""


class Masking:
    """Takes the secrets that were used out of whatever is kept: one for a call, or for a request.

    An answer may repeat a secret, and so may what the flow makes of it."""

    def __init__(self) -> None:
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, value: str) -> None:
        of_url = {quote(value), quote(value, safe=""), quote_plus(value), _as_sent(value)}
        spellings = {value, json.dumps(value)[1:-1], *of_url} - self._spellings
        if spellings:
            self._spellings |= spellings
            self._pattern = None

    def text(self, text: str) -> str:
        if not self._spellings:
            return text
        if self._pattern is None:  # once for all that were added: with each of many anew it took minutes
            longest_first = sorted(self._spellings, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
        return self._pattern.sub(MASK, text)

    def data(self, value: Any) -> Any:
        """A copy of what is made of dicts, lists, texts and plain values, keys too; as deep as
        `mediaserver.fetching.answer_json` lets it be."""
        if not self._spellings:
            return value
        match value:
            case str():
                return self.text(value)
            case dict():
                return {self.data(key): self.data(item) for key, item in value.items()}
            case list() | tuple():
                return [self.data(item) for item in value]
            case _:
                return value


class Disclosing:
    """Puts secrets into one request. `private`: whether the way there is encrypted, or the host listed."""

    def __init__(
        self, source: SecretSource, masking: Masking, host: str, port: int, *, private: bool
    ) -> None:
        self._source = source
        self._masking = masking
        self._host = host
        self._port = port
        self._private = private

    def value(self, given: str | FromSecret) -> str:
        """Raises FetchError for a secret that is not there or not for this host."""
        if isinstance(given, str):
            return given
        held = self._source.secret(given.name)
        if held is None:
            raise _refused(f'there is no secret "{given.name}"')
        if not _is_for(held.host, self._host, self._port):
            raise _refused(f'the secret "{given.name}" is for {held.host}, and not sent to {self._host}')
        if not self._private:
            raise _refused(f'the secret "{given.name}" is not sent unencrypted: write https')
        if len(held.value) < LEAST_SECRET or _UNFIT.search(held.value):
            raise _refused(
                f'the secret "{given.name}" cannot be sent: it has fewer than {LEAST_SECRET} characters, or '
                "line breaks"
            )
        self._masking.add(held.value)
        return f"{given.before}{held.value}{given.after}"

    def pairs(self, given: Sequence[tuple[str, str | FromSecret]]) -> list[tuple[str, str]]:
        return [(name, self.value(value)) for name, value in given]


def _as_sent(value: str) -> str:
    """In a query, as aiohttp writes it."""
    return URL.build(path="/", query=[("k", value)]).raw_query_string.removeprefix("k=")


def _is_for(held_for: str, host: str, port: int) -> bool:
    try:
        name, only_port = split_port(held_for)
        return canonical_host(f"[{name}]" if ":" in name else name) == host and only_port in (None, port)
    except ValueError:
        return False


def _refused(why: str) -> FetchError:
    return FetchError(why, FetchFault.BAD_REQUEST)
