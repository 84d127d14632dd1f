"""Twilio's REST interface by its own SDK, which blocks: each request in a thread of the account's own.

Nothing else here knows of the SDK. It is imported with the first account that needs it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
from requests.exceptions import ConnectTimeout, RequestException, SSLError
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import NameResolutionError, NewConnectionError

from mediaserver.errors import ProviderFault, TelephonyError
from providers.recordings import is_audio
from providers.retrying import retried
from providers.threads import Threads
from providers.twilio.faults import told

T = TypeVar("T")
ANSWERS_WITHIN_S = 10.0
"""A request that takes longer is given up."""
TRIES_WITHIN_S = 20.0
GLANCE_S = 1.0
GLANCES_WAITING = 40
"""For a thread; whoever comes then goes without. About as many as are answered before they are given up."""
PIECE = 64 << 10
"""Octets of a recording at a time."""
_quiet = logging.getLogger(f"{__name__}.requests")
_quiet.setLevel(logging.WARNING)
"""The SDK would write every request with its numbers into the log."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the interface is, and by whose right."""

    who: str
    """"Twilio"."""
    account: str
    """Its id, as it stands in paths."""
    user: str
    password: str
    base_url: str = ""
    """Empty: the SDK's own."""
    region: str = ""
    edge: str = ""
    doubled: str = ""
    """A beginning of paths that stands both in `base_url` and in the addresses of further pages."""

    def __repr__(self) -> str:
        return f"<Access to {self.who} account {self.account}>"


class Rest:
    """Of one account."""

    def __init__(self, access: Access, name: str) -> None:
        """`name`: the operator's own of the account. Makes the client, which takes a moment."""
        self.access = access
        self._name = name
        self._threads = Threads(name)
        # There is one for each call in: a flood of those must not keep orders and hang-ups waiting.
        self._glances = Threads(name, waiting=GLANCES_WAITING)
        self._http = _Http(access.doubled)
        # A mapping that is not empty keeps the SDK from reading the process's own variables.
        self._client = Client(
            access.user, access.password, access.account, access.region or None, self._http,
            {"VOICEFORGE": "1"}, access.edge or None,
        )  # fmt: skip
        if access.base_url:
            self._client.api.base_url = access.base_url

    @property
    def host(self) -> str:
        """Where requests go to."""
        return str(self._client.get_hostname(self._client.api.base_url))

    async def ask(self, do: Callable[[Any], T], what: str) -> T:
        """`do` with the account's part of the SDK (`client.api.v2010.account`), for what changes nothing the
        second time: tried again where that can help. `what`: for the log, "hanging up". Raises
        TelephonyError."""

        async def harmless() -> T:
            try:
                return await self._once(do)
            except TelephonyError as error:
                error.maybe = False
                raise

        return await retried(harmless, what=what, account=self._name, within_s=TRIES_WITHIN_S)

    async def order(self, do: Callable[[Any], T], what: str) -> T:
        """The same for what must not happen twice: tried again only where it was surely not done."""
        return await retried(lambda: self._once(do), what=what, account=self._name, within_s=TRIES_WITHIN_S)

    async def glance(self, do: Callable[[Any], T]) -> T:
        """Asked for once, and given up soon, or at once where many others wait: for what is good to know. It
        takes no thread from what must be done. Raises TelephonyError."""
        return await self._glances.run(self._asked, do, within_s=GLANCE_S)

    async def recording(self, path: str) -> AsyncIterator[bytes]:
        """A file that lies beside the interface, piece by piece. Raises TelephonyError."""
        answer = await self.ask(lambda _: self._opened(path), "fetching a recording")
        try:
            rest = answer.iter_content(PIECE)
            first = True
            while piece := await self._threads.run(self._next, rest, within_s=ANSWERS_WITHIN_S + 2):
                if first and not (len(piece) > 3 and is_audio(piece[:4])):
                    raise TelephonyError(
                        f"{self.access.who}: what came in the recording's place is no WAV and no MP3",
                        ProviderFault.REFUSED,
                    )
                first = False
                yield piece
        finally:
            answer.close()

    async def _once(self, do: Callable[[Any], T]) -> T:
        return await self._threads.run(self._asked, do, within_s=ANSWERS_WITHIN_S + 2)

    def close(self) -> None:
        """Idle connections are closed; what is under way ends by itself."""
        self._threads.close()
        self._glances.close()
        self._http.session.close()

    # -- in a thread

    def _asked(self, do: Callable[[Any], T]) -> T:
        who = self.access.who
        try:
            return do(self._client.api.v2010.account)
        except TwilioRestException as error:
            raise told(who, error.status, error.code, _own(error.msg), after_s=self._http.after_s) from None
        except TwilioServiceException as error:
            raise told(
                who, error.status, error.code, error.detail or error.title, after_s=self._http.after_s
            ) from None
        except TwilioException as error:
            answer = error.args[1] if len(error.args) > 1 else None
            status = getattr(answer, "status_code", 502)
            raise told(
                who, status, *_fault_of(getattr(answer, "text", "")), after_s=self._http.after_s
            ) from None
        except SSLError as error:
            raise TelephonyError(
                f"{who}: its certificate is not trusted here: {_cause(error)}", ProviderFault.DOWN
            ) from None
        except RequestException as error:
            raise TelephonyError(
                f"{who} cannot be reached: {_cause(error)}", ProviderFault.DOWN, maybe=not _unsent(error)
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TelephonyError(
                f"{who} answered what cannot be read ({type(error).__name__})", ProviderFault.DOWN, maybe=True
            ) from None

    def _opened(self, path: str) -> requests.Response:
        answer = self._http.session.get(
            f"{self.host}/{path}",
            auth=(self.access.user, self.access.password),
            stream=True,
            timeout=ANSWERS_WITHIN_S,
        )
        if answer.status_code == 200:
            return answer
        with answer:
            raise told(self.access.who, answer.status_code, *_fault_of(answer.text[:4096]))

    def _next(self, pieces: Iterator[bytes]) -> bytes:
        try:
            return next(pieces, b"")
        except RequestException as error:
            raise TelephonyError(
                f"{self.access.who} broke the recording off: {_cause(error)}", ProviderFault.DOWN
            ) from None


class _Http(TwilioHttpClient):  # type: ignore[misc]  # the SDK has no annotations that count
    """Remembers when Twilio says to come back. One thread's remark may be read by another: it is a hint."""

    def __init__(self, doubled: str) -> None:
        super().__init__(timeout=ANSWERS_WITHIN_S, logger=_quiet)
        self.session: requests.Session
        self.after_s: float | None = None
        self._doubled = doubled

    def request(self, method: str, url: str, *args: Any, **named: Any) -> Any:
        if self._doubled:
            url = url.replace(self._doubled * 2, self._doubled, 1)
        answer = super().request(method, url, *args, **named)
        # Of this answer alone: remembered, one limit would take their tries from all that fail after it.
        limited = answer.status_code in (429, 503)
        self.after_s = _after(answer.headers or {}) if limited else None
        return answer


def _after(headers: Mapping[str, str]) -> float | None:
    text = headers.get("Retry-After", "")
    return min(float(text), 60.0) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _own(message: str) -> str:
    """Twilio's words without the SDK's: "Unable to create record: …"."""
    return message.partition(": ")[2] if message.startswith("Unable to ") else message


def _fault_of(text: str) -> tuple[int | None, str]:
    """Code and words of an answer that is no good one."""
    try:
        body = json.loads(text)
        return int(body["code"]), str(body.get("message", ""))
    except (KeyError, TypeError, ValueError):
        return None, ""


def _unsent(error: RequestException) -> bool:
    """Nothing can have reached it."""
    if isinstance(error, ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, (NewConnectionError, NameResolutionError))


def _cause(error: RequestException) -> str:
    """Why, without the address, whose path holds numbers."""
    inner = error.args[0] if error.args else error
    reason = getattr(inner, "reason", None) or inner
    text = str(reason).rpartition(": ")[2] if isinstance(reason, Exception) else type(error).__name__
    return text[:200] or type(error).__name__
