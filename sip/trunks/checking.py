"""A look at one trunk, step by step: where it is, whether it answers, what it asks for, what it can do; and
which settings or quirks would mend what does not work.

Nothing is called and no registration is touched: a REGISTER without a Contact only asks (:rfc:`3261` 10.2.3).
It must never show a password.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Protocol

from mediaserver.addresses import is_address
from mediaserver.config import is_loopback
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import CallError, PeerError
from mediaserver.wire_text import readable
from sip.access.digest import ALGORITHMS, answer_challenge, parse_auth
from sip.messages.grammar import ParseError
from sip.messages.message import Response
from sip.messages.uri import Uri
from sip.transport.default_ports import DEFAULT_PORT, TLS_PORT
from sip.transport.name_servers import NoAddress, system_lookup
from sip.trunks.numbers import is_number
from sip.trunks.spec import TrunkSpec
from sip.trunks.whereabouts import Resolve

ANSWER_S = 4.0
"""For each thing that is asked."""
_RTPMAP = re.compile(rb"^a=rtpmap:[0-9]{1,3} ([A-Za-z0-9_-]{1,32})/", re.MULTILINE)
_STATIC = {b"0": "PCMU", b"8": "PCMA", b"9": "G722"}
_AUDIO = re.compile(rb"^m=audio [0-9]+ \S+ ([0-9 ]+)", re.MULTILINE)
SOON_DAYS = 14
"""A certificate that ends sooner is spoken of."""


class Asks(Protocol):
    """What a check needs of a user agent."""

    @property
    def host(self) -> str: ...

    async def ask(
        self,
        method: str,
        uri: str,
        lines: Sequence[tuple[str, str]] = (),
        *,
        who: str | None = None,
        proxy: str | None = None,
        transport: str = "udp",
    ) -> Response:
        """The final response to a request outside of dialogs, challenges and all. Raises CallError."""


class TrunkCheck:
    """Of one trunk, once."""

    def __init__(
        self,
        spec: TrunkSpec,
        agent: Asks,
        resolve: Resolve = system_lookup,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """`context`: whom calls by TLS trust; None: whom the system trusts."""
        self._spec = spec
        self._agent = agent
        self._resolve = resolve
        self._context = context

    async def look(self) -> AsyncIterator[Finding]:
        """The findings as they are made; what the rest needs and is not there ends them."""
        named = await self._named()
        yield named
        address = named.detail.rpartition(" ")[2] if named.ok else None
        if address is None:
            return
        if is_loopback(self._agent.host) and not is_loopback(address):
            yield Finding(
                "our address", False, f"sip.host is {self._agent.host}: nothing of ours leaves this machine",
                "set sip.host to the address by which the trunk reaches us, or 0.0.0.0",
            )  # fmt: skip
            return
        if self._spec.transport == "tls":
            yield await self._certificate(address)
        options = await self._asked("OPTIONS")
        if isinstance(options, str):
            yield await self._silent(options, address)
            return
        yield self._answered(options)
        for further in (self._seen_as(options), self._codecs(options), await self._long_requests(address)):
            if further is not None:
                yield further
        if self._spec.username or self._spec.register:
            yield await self._password()
        for finding in self._row():
            yield finding

    # -- the steps

    async def _named(self) -> Finding:
        """Its address is the last word of what is well."""
        host = self._spec.next_hop.address
        if is_address(host):
            return Finding("name", True, f"an address: {host}")
        try:
            async with asyncio.timeout(ANSWER_S):
                found = await self._resolve(host)
        except TimeoutError:
            mend = "mend the name service of this machine, or give an address"
            return Finding("name", False, f"nobody says within {ANSWER_S:g} s where {host} is", mend)
        except (OSError, UnicodeError, NoAddress):
            found = []
        if found:
            return Finding("name", True, f"{host} is {found[0]}")
        return Finding("name", False, f"there is no host {host}", "correct the trunk's host, or its proxy")

    async def _asked(self, method: str, *lines: tuple[str, str], transport: str = "") -> Response | str:
        """The response, or why there is none."""
        spec = self._spec
        registers = method == "REGISTER"
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._agent.ask(
                    method,
                    str(spec.target),
                    lines,
                    who=str(spec.address_of_record) if registers else None,
                    proxy=spec.outbound_proxy or None,
                    transport=transport or spec.transport,
                )
        except TimeoutError:
            return f"no answer to {method} within {ANSWER_S:g} s"
        except CallError as error:
            return str(error)

    async def _silent(self, why: str, address: str) -> Finding:
        """It does not answer as its row says; maybe otherwise."""
        for other in ("udp", "tcp"):
            if other == self._spec.transport:
                continue
            target = self._spec.target
            plain = Uri("sip", host=target.host, port=target.port)
            try:
                async with asyncio.timeout(ANSWER_S / 2):
                    await self._agent.ask(
                        "OPTIONS", str(plain), proxy=self._spec.outbound_proxy or None, transport=other
                    )
            except (TimeoutError, CallError):
                continue
            return Finding(
                "answer", False, f"{why}, but it answers over {other.upper()}", f"set transport to {other}"
            )
        return Finding(
            "answer", False, why,
            f"check host, port and transport; a firewall must let {address} and our SIP port meet; "
            "some carriers answer only addresses that they were told of",
        )  # fmt: skip

    def _answered(self, response: Response) -> Finding:
        software = readable(response.get("Server") or response.get("User-Agent") or "")[:80]
        said = f"{response.status} {response.reason} to OPTIONS over {self._spec.transport.upper()}"
        detail = f"{said} ({software})" if software else said
        if response.status in (408, 503):
            mend = "it takes no calls now; keep_alive_s would keep it down: ask whoever runs it"
            return Finding("answer", False, detail, mend, required=False)
        return Finding("answer", True, detail)

    def _seen_as(self, response: Response) -> Finding | None:
        """A NAT between us, as far as our Via came back with it."""
        try:
            via = response.via
        except ParseError:
            return None
        if via.received and via.received != via.address:
            return Finding(
                "our address", False, f"it sees us at {via.received}, we call ourselves {via.address}",
                "we are behind NAT: set sip.public_host and rtp.public_host to what it sees",
                required=False,
            )  # fmt: skip
        return None

    def _codecs(self, response: Response) -> Finding | None:
        """What the description in its answer lists, if there is one."""
        named = {found.decode().upper() for found in _RTPMAP.findall(response.body)}
        for audio in _AUDIO.findall(response.body):
            named |= {_STATIC[number] for number in audio.split() if number in _STATIC}
        if not named:
            return None
        common = [codec for codec in self._spec.codecs if codec.upper() in named]
        listed = ", ".join(sorted(named))
        if common:
            return Finding("codecs", True, f"in common: {', '.join(common)}")
        return Finding("codecs", False, f"none in common: it has {listed}", "set codecs to some that it has")

    async def _long_requests(self, address: str) -> Finding | None:
        """Requests too long for a datagram go by TCP, where somebody listens."""
        if self._spec.transport != "udp" or not self._spec.quirks.udp_to_tcp:
            return None
        port = self._spec.next_hop.port or DEFAULT_PORT
        try:
            async with asyncio.timeout(ANSWER_S / 2):
                _, writer = await asyncio.open_connection(address, port)
        except (OSError, TimeoutError):
            return Finding(
                "long requests", False, "it takes no TCP, by which requests of 1,300 bytes and more go",
                "set quirks.udp_to_tcp to false, or transport to tcp once it takes it", required=False,
            )  # fmt: skip
        writer.close()
        return Finding("long requests", True, "it takes TCP, too")

    async def _certificate(self, address: str) -> Finding:
        """A handshake of its own, as strict as calls are; only here it is known how long it lasts."""
        host, port = self._spec.next_hop.address, self._spec.next_hop.port or TLS_PORT
        try:
            async with asyncio.timeout(ANSWER_S):
                _, writer = await asyncio.open_connection(
                    address, port, ssl=self._context or ssl.create_default_context(), server_hostname=host
                )
        except ssl.SSLCertVerificationError as error:
            return Finding("certificate", False, error.verify_message.rstrip("."), _certificate_mend(error))
        except (OSError, TimeoutError) as error:
            said = error.strerror or "no answer"
            return Finding("certificate", False, f"no TLS at {host}:{port}: {said}", "check host and port")
        try:
            return _lasting(str((writer.get_extra_info("peercert") or {}).get("notAfter", "")))
        finally:
            writer.close()

    async def _password(self) -> Finding:
        """Whether it takes our user name and password, by a question that changes nothing."""
        spec = self._spec
        first = await self._asked("REGISTER")
        if isinstance(first, str):
            mend = "it answers OPTIONS, so maybe it is no registrar"
            return Finding("password", False, first, mend, required=spec.register)
        if first.status not in (401, 407):
            return self._unasked(first)
        asks = _challenges(first)
        offered = _algorithms(asks)
        known = [name for name in ALGORITHMS if name in offered]
        realms = {params.get("realm", "") for params in map(_params, asks)}
        if not known:
            said = ", ".join(offered) or "nothing that we know"
            return Finding("password", False, f"it asks for {said}", "we know SHA-256 and MD5 digests")
        if spec.realm and spec.realm not in realms:
            said = ", ".join(sorted(map(readable, realms)))
            detail = f"its realm is {said!r}, the row says {spec.realm!r}"
            return Finding("password", False, detail, "set realm to its own, or leave it empty")
        if not spec.password:
            return Finding("password", False, "it asks for a password", "give it one: --password")
        if spec.realm:  # beside it another realm may be named, which the password is not for
            asks = [each for each in asks if _params(each).get("realm") == spec.realm]
        tries = ["MD5"] if spec.quirks.md5_only else known
        for algorithm in tries:
            some = [each for each in asks if _params(each).get("algorithm", "MD5").upper() == algorithm]
            verdict = await self._proved(first, some or asks)
            if isinstance(verdict, str):
                return Finding("password", False, verdict, "ask again")
            if verdict.status not in (401, 407):
                return self._proven(verdict, algorithm, second=algorithm != tries[0])
        return Finding(
            "password", False, f"{spec.login!r} or its password is wrong ({first.status} again)",
            "correct username, auth_username and password; nobody should try often: accounts get locked",
        )  # fmt: skip

    async def _proved(self, first: Response, challenges: Sequence[str]) -> Response | str:
        spec = self._spec
        try:
            value = answer_challenge(challenges, spec.login, spec.password, "REGISTER", spec.target)
        except PeerError as error:
            return str(error)
        name = "Proxy-Authorization" if first.status == 407 else "Authorization"
        return await self._asked("REGISTER", (name, value))

    def _unasked(self, response: Response) -> Finding:
        said = f"{response.status} {response.reason}"
        if response.status < 300:
            return Finding("password", True, "it asks for none")
        if response.status in (405, 501):
            what = "it takes no registrations"
            ok = not self._spec.register
            return Finding("password", ok, f"{what} ({said})", "" if ok else "set register to false")
        return Finding("password", False, f"it refuses REGISTER: {said}", _mend_of(response.status))

    def _proven(self, response: Response, algorithm: str, *, second: bool) -> Finding:
        if response.status >= 300:
            said = f"{response.status} {response.reason} with our password"
            return Finding("password", False, said, _mend_of(response.status))
        if second:
            return Finding(
                "password", False, "it offers SHA-256 and refuses our answer to it; MD5 it takes",
                "set quirks.md5_only to true",
            )  # fmt: skip
        return Finding("password", True, f"right, by {algorithm}")

    def _row(self) -> list[Finding]:
        """What the row itself makes one wonder about."""
        spec, found = self._spec, []
        if not spec.enabled:
            found.append(Finding("row", False, "it is disabled", "--enabled", required=False))
        if not spec.prefixes:
            said = "no number may be called by it"
            found.append(Finding("prefixes", False, said, "--prefix, for each that may be", required=False))
        if spec.encryption != "off" and spec.transport != "tls":
            said = f"the keys of SRTP would go over {spec.transport.upper()}, readable on the way"
            found.append(Finding("encryption", False, said, "set transport to tls", required=False))
        if spec.caller.number and not is_number(spec.caller.number):
            said = f"the caller {spec.caller.number} is no number"
            found.append(Finding("caller", False, said, "set caller.number", required=False))
        return found


def _challenges(response: Response) -> list[str]:
    name = "proxy-authenticate" if response.status == 407 else "www-authenticate"
    return [value for header, value in response.headers if header.lower() == name]


def _params(challenge: str) -> dict[str, str]:
    try:
        return parse_auth(challenge)[1]
    except ParseError:
        return {}


def _algorithms(challenges: Sequence[str]) -> list[str]:
    return [_params(each).get("algorithm", "MD5").upper() for each in challenges if _params(each)]


def _mend_of(status: int) -> str:
    match status:
        case 403:
            return "it forbids this account: our address, the domain or the account may be barred"
        case 404:
            return "it knows no such user: check username and host (the domain of the account)"
        case 423:
            return "set expires_s higher"
        case 503:
            return "it is overloaded or down; try later"
        case _:
            return "ask whoever runs it what it wants, with this line"


def _certificate_mend(error: ssl.SSLCertVerificationError) -> str:
    said = error.verify_message
    if "expired" in said:
        return "whoever runs it must renew its certificate"
    if "self-signed" in said or "self signed" in said or "local issuer" in said:
        return "it is signed by nobody we know: add its authority to those that we trust"
    if "match" in said or "valid for" in said:
        return "set host to a name that the certificate has"
    return "ask whoever runs it for a certificate that can be verified"


def _lasting(not_after: str) -> Finding:
    """How long the certificate lasts, from ssl's own words."""
    try:
        end = datetime.fromtimestamp(ssl.cert_time_to_seconds(not_after), UTC)
    except ValueError:
        return Finding("certificate", True, "verified")
    days = (end - datetime.now(UTC)).days
    if days < SOON_DAYS:
        mend = "whoever runs it must renew it"
        return Finding("certificate", False, f"it ends in {days} days", mend, required=False)
    return Finding("certificate", True, f"verified, until {end.date()}")
