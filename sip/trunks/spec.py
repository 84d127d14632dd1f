"""A trunk as a value: how another server is reached, who it is when it calls, what may be called by it, and
how numbers look there.

One row of the database is one of these; a changed row is a new one, and calls keep the one they began with.
Nothing here looks anything up. It must never print a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field

from mediaserver.sdp.codecs import canonical
from mediaserver.sdp.policy import CodecOrder, Encryption, MediaPolicy
from mediaserver.settings.group import NetworkText, Port
from sip.messages.grammar import ParseError, is_token
from sip.messages.uri import Uri, escape_user
from sip.trunks.patterns import check_pattern, check_replacement

SipTransport: TypeAlias = Literal["udp", "tcp", "tls"]
EncryptionWish: TypeAlias = Literal["off", "optional", "required"]
CallerMode: TypeAlias = Literal["pass", "fixed", "allowed"]
PrivacyMode: TypeAlias = Literal["pass", "always", "never"]
IdentityWish: TypeAlias = Literal["pass", "verify", "require"]
SigningWish: TypeAlias = Literal["off", "A", "B", "C"]

MOST_RULES = 50
DEFAULT_CODECS = ("PCMU", "PCMA")
IDENTITY = ("p-asserted-identity", "p-preferred-identity")
"""Who calls is `CallerRules`' to say."""


def _host(text: str) -> str:
    try:
        uri = Uri.parse(f"sip:{text}")
    except ParseError:
        raise ValueError("must be a host name or an address, without sip: and port") from None
    if uri.host != text:
        raise ValueError("must be a host name or an address, without sip: and port")
    return text


def _domain(text: str) -> str:
    return _host(text) if text else text


def _proxy(text: str) -> str:
    if text:
        try:
            uri = Uri.parse(text if text.startswith(("sip:", "sips:")) else f"sip:{text}")
        except ParseError:
            raise ValueError("must be HOST, HOST:PORT or a sip: address") from None
        if uri.user is not None or uri.headers:
            raise ValueError("names a server, not a user, and has no headers")
    return text


def _number(text: str) -> str:
    if text and re.fullmatch(r"\+?[0-9*#A-Za-z._-]{1,64}", text) is None:
        raise ValueError("must be a number or a plain user name")
    return text


def check_prefix(text: str) -> str:
    """The beginning of a number that may be called, or with `!` may not. Raises ValueError for what is
    none."""
    if re.fullmatch(r"!?(?:\*|\+?[0-9*#]{1,20}|\+)", text) is None:
        raise ValueError('must be the beginning of a number such as "+49", "!+49900" to except one, or "*"')
    return text


def _header_name(text: str) -> str:
    name = text.removesuffix("*").lower()
    says_who = any(each == name or (text.endswith("*") and each.startswith(name)) for each in IDENTITY)
    if not is_token(name) or not name.startswith(("x-", "p-")) or says_who:
        raise ValueError('must be the name of a header that begins with "X-" or "P-", and says not who calls')
    return text


def _secret_header(text: str) -> str:
    if text and re.fullmatch(r"[A-Za-z0-9!%*_+`'~.-]+[ \t]*:[ \t]*[^\r\n]*[^\s]", text) is None:
        raise ValueError('must be written as "Name: value"')
    return text


def _plain(text: str) -> str:
    if any(not c.isprintable() for c in text):
        raise ValueError("must not hold control characters")
    return text


Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
Text = Annotated[str, Field(max_length=255), AfterValidator(_plain)]
Number = Annotated[str, AfterValidator(_number)]
HeaderName = Annotated[str, Field(max_length=64), AfterValidator(_header_name)]
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One rule for numbers: what fits the whole of `match` becomes `replace`, with its groups as `\\1`."""

    __pydantic_config__ = _STRICT

    match: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(check_pattern)]
    replace: Annotated[str, Field(max_length=200), AfterValidator(_plain)]

    def __post_init__(self) -> None:
        """Raises ValueError."""
        check_replacement(self.match, self.replace)


@dataclass(frozen=True, slots=True)
class NumberRules:
    """How a number is written anew. The first of `rewrites` that fits is the only one; where none does,
    `strip` is taken from the beginning and `prepend` put there. With a `strip`, numbers that do not begin so
    stay as they are."""

    __pydantic_config__ = _STRICT

    rewrites: Annotated[tuple[Rewrite, ...], Field(max_length=MOST_RULES)] = ()
    strip: Annotated[str, Field(max_length=20), AfterValidator(_plain)] = ""
    prepend: Annotated[str, Field(max_length=20), AfterValidator(_plain)] = ""


@dataclass(frozen=True, slots=True)
class CallerRules:
    """As whom we call by a trunk (:rfc:`3325`, :rfc:`3323`)."""

    __pydantic_config__ = _STRICT

    mode: CallerMode = "pass"
    """`pass`: the caller's own number; `fixed`: always `number`; `allowed`: its own where `allowed` has it,
    else `number`."""
    number: Number = ""
    """In E.164; for calls that have none of their own, too. Empty: the trunk's user name."""
    allowed: Annotated[tuple[str, ...], Field(max_length=1000)] = ()
    """Numbers, with `*` for any characters and `?` for one."""
    asserts: bool = True
    """Say the number in P-Asserted-Identity as well, which stays when From hides it."""
    privacy: PrivacyMode = "pass"
    """Whether it is hidden from the called: as the caller wants it, always, or never."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """What this server needs that others do not."""

    __pydantic_config__ = _STRICT

    udp_to_tcp: bool = True
    """Requests too long for one datagram go by TCP (:rfc:`3261` 18.1.1). False: by UDP all the same."""
    force_rport: bool = False
    """Answer to the port that its requests come from, also where its Via does not ask for that."""
    md5_only: bool = False
    """Answer MD5 challenges alone, whatever else it offers."""
    contact_user: Text = ""
    """User part of our Contact; empty: none, or the user name on registering trunks."""


@dataclass(frozen=True, slots=True)
class TrunkSpec:
    """One trunk."""

    __pydantic_config__ = _STRICT

    name: Name
    host: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_host)]
    """Its domain, or an address; IPv6 in brackets. Also the domain of the numbers that are called there."""
    port: Port | None = None
    """None: what DNS says, else 5060, or 5061 for TLS."""
    transport: SipTransport = "udp"
    outbound_proxy: Annotated[str, Field(max_length=255), AfterValidator(_proxy)] = ""
    """HOST:PORT or a sip: address that gets all requests in the place of `host`."""
    enabled: bool = True

    register: bool = False
    """Register there, as `username`."""
    username: Text = ""
    auth_username: Text = ""
    """Where it is another than `username`."""
    password: Annotated[str, Field(max_length=255)] = field(default="", repr=False)
    realm: Text = ""
    """The only one whose challenges are answered with the password. Empty: the one that asks first, for as
    long as this row is as it is."""
    expires_s: Annotated[int, Field(ge=60, le=86_400)] = 3600
    """Seconds that a registration is asked for."""
    keep_alive_s: Annotated[float, Field(ge=0, le=3600)] = 30.0
    """How often it is asked for a sign of life (OPTIONS); 0: never."""

    networks: Annotated[tuple[NetworkText, ...], Field(max_length=100)] = ()
    """Where its calls come from. Empty, and no `header`: from the addresses of its host and outbound
    proxy."""
    header: Annotated[str, Field(max_length=500), AfterValidator(_secret_header)] = field(
        default="", repr=False
    )
    """A header of its INVITEs, as `Name: value`."""
    may_dial: Annotated[tuple[str, ...] | None, Field(max_length=1000)] = None
    """What its callers may dial, with `*` and `?`. None: all agents, and no extension."""

    prefixes: Annotated[tuple[Annotated[str, AfterValidator(check_prefix)], ...], Field(max_length=1000)] = ()
    """Beginnings of the numbers (E.164) that may be called by it; the longest that fits decides, and one
    with `!` before it says no. `*` is any number. Empty: none."""
    dial: NumberRules = NumberRules()
    """From E.164 to what is dialled there; for the caller's number, too."""
    receive: NumberRules = NumberRules()
    """From what it sends to E.164: the dialled number and the caller's."""
    caller: CallerRules = CallerRules()
    from_domain: Annotated[str, Field(max_length=255), AfterValidator(_domain)] = ""
    """Domain of our From; empty: `host`."""
    user_phone: bool = False
    """Write `;user=phone` behind numbers."""

    priority: Annotated[int, Field(ge=0, le=10_000)] = 100
    """The lowest goes first."""
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    """Share of the calls among trunks of the same priority."""
    max_calls: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Calls at once, in both directions; 0: as many as we can."""
    max_cps: Annotated[float, Field(ge=0, le=1000)] = 0.0
    """New outgoing calls a second; 0: no limit."""
    first_response_s: Annotated[float, Field(ge=0.2, le=32)] = 1.5
    """So long it may be silent after our INVITE before the next trunk is tried."""
    progress_s: Annotated[float, Field(ge=0, le=300)] = 20.0
    """So long it may take from there until something rings before the next trunk is tried, where there is
    one; 0: as long as the caller waits."""

    codecs: Annotated[tuple[str, ...], Field(min_length=1, max_length=10), AfterValidator(canonical)] = (
        DEFAULT_CODECS
    )
    """In order of preference."""
    encryption: EncryptionWish = "off"
    """SRTP."""

    headers_in: Annotated[tuple[HeaderName, ...], Field(max_length=50)] = ()
    """Headers of its INVITEs that the agent is told, `X-Acme-*` for all that begin so."""
    headers_out: Annotated[tuple[HeaderName, ...], Field(max_length=50)] = ()
    """Headers that whoever places a call may set in ours."""
    uui: bool = False
    """User-to-User (:rfc:`7433`) is told to the agent, and sent where a call has some."""
    identity: IdentityWish = "pass"
    """What becomes of the Identity headers of its INVITEs (STIR/SHAKEN, :rfc:`8224`): handed to the agent as
    they are, verified as well, or there is no call without one that holds."""
    sign: SigningWish = "off"
    """Vouch for the callers of our calls (:rfc:`8588`): how far, for numbers that are ours (`caller.number`,
    `username`, `caller.allowed`); C for those that are passed on."""
    identity_out: bool = False
    """Hand the Identity headers of a call that is sent on to this trunk, as they came."""
    quirks: Quirks = Quirks()

    @property
    def target(self) -> Uri:
        """The server itself: of OPTIONS and REGISTER."""
        return Uri("sip", host=self.host, port=self.port, params=self._params)

    @property
    def address_of_record(self) -> Uri:
        """Who we are there: of a registration's To and From."""
        return Uri("sip", escape_user(self.username or self.name), host=self.domain)

    @property
    def domain(self) -> str:
        """Of our From."""
        return self.from_domain or self.host

    @property
    def login(self) -> str:
        """The user name that digests name; empty when the trunk has no password."""
        return (self.auth_username or self.username) if self.password else ""

    @property
    def next_hop(self) -> Uri:
        """Where all requests outside of dialogs go first."""
        if not self.outbound_proxy:
            return self.target
        named = self.outbound_proxy
        return Uri.parse(named if named.startswith(("sip:", "sips:")) else f"sip:{named}")

    @property
    def media(self) -> MediaPolicy:
        """What its calls are offered and answered."""
        return MediaPolicy(self.codecs, Encryption(self.encryption), CodecOrder.OURS)

    @property
    def _params(self) -> dict[str, str | None]:
        return {} if self.transport == "udp" else {"transport": self.transport}

    def callee(self, number: str) -> Uri:
        """The address of a number that was written anew for it."""
        params = {**self._params, "user": "phone"} if self.user_phone else self._params
        return Uri("sip", escape_user(number), host=self.host, port=self.port, params=params)


def contradiction(spec: TrunkSpec) -> str:
    """What of a trunk does not go together, and how to mend it; empty when all does."""
    if spec.name == "presets":
        return "its name is taken: /api/telephony/trunks/presets is the list of presets"
    if spec.register and not spec.username:
        return "it cannot register without a username"
    if spec.password and not spec.login:
        return "it has a password and no username that it belongs to"
    if spec.caller.mode == "fixed" and not (spec.caller.number or spec.username):
        return "its caller is fixed and no number is given: set caller.number"
    if spec.caller.mode == "allowed" and not spec.caller.allowed:
        return "its callers are an empty list: set caller.allowed, or caller.mode to pass"
    return ""
