"""Who may call, as values: trunks, extensions, and networks that need no proof. What they are made from
(settings, later rows) is not known here; a changed set is a new `Endpoints`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from mediaserver.addresses import Address, Network, address_of, within
from mediaserver.calls.may_dial import AGENTS, EVERYBODY, MayDial
from mediaserver.sdp.policy import MediaPolicy
from sip.access.credentials import Account
from sip.access.digest import HashedPassword
from sip.access.lent import LentPhone, LentPhones
from sip.messages.message import Request

Kind: TypeAlias = Literal["trunk", "extension", "anonymous"]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who calls, proven; never what its From says."""

    kind: Kind
    name: str = ""
    """Of the trunk, or the extension."""
    reach: MayDial = EVERYBODY
    media: MediaPolicy | None = None
    """What it is answered; None: as everybody."""
    account: Account | None = field(default=None, repr=False, compare=False)
    """What we prove ourselves with when it challenges our requests within its calls; None: nothing."""


@dataclass(frozen=True, slots=True)
class Extension:
    """A phone: it proves its password."""

    name: str
    password: str = field(repr=False)
    reach: MayDial = EVERYBODY
    media: MediaPolicy | None = None
    """None: as everybody."""

    @property
    def admitted(self) -> Admitted:
        return Admitted("extension", self.name, self.reach, self.media)


@dataclass(frozen=True, slots=True)
class Trunk:
    """Another server. It is known by all that is given here together: networks, a header, a password."""

    name: str
    networks: tuple[Network, ...] = ()
    header: tuple[str, str] | None = field(default=None, repr=False)
    """Name and value."""
    username: str = ""
    password: str = field(default="", repr=False)
    """Empty: it is not asked for one."""
    reach: MayDial = AGENTS
    media: MediaPolicy | None = None
    """None: as everybody."""
    account: Account | None = field(default=None, repr=False, compare=False)
    """See `Admitted`."""

    @property
    def admitted(self) -> Admitted:
        return Admitted("trunk", self.name, self.reach, self.media, self.account)

    def fits(self, request: Request, address: Address | None) -> bool:
        """Whether a request comes from its networks and has its header, as far as these are given."""
        if self.networks and not within(address, self.networks):
            return False
        if self.header is None:
            return True
        name, value = self.header
        given = [each.strip().encode("utf-8", "surrogateescape") for each in request.get_all(name)[:4]]
        # Each is compared in full and in constant time: the value may be a secret.
        return any([hmac.compare_digest(each, value.encode()) for each in given])

    def closeness(self, address: Address | None) -> tuple[bool, int]:
        """How precisely it is described; the most precise of several that fit is the one."""
        lengths = (n.prefixlen for n in self.networks if within(address, (n,)))
        return self.header is not None, max(lengths, default=-1)


def _as_extension(lent: LentPhone | None) -> Extension | None:
    return None if lent is None else Extension(lent.extension, "", lent.reach)


class Endpoints:
    """All that may call at one moment. Never changes."""

    def __init__(
        self,
        extensions: Iterable[Extension] = (),
        trunks: Iterable[Trunk] = (),
        anonymous: Iterable[Network] = (),
        anonymous_reach: MayDial = EVERYBODY,
        lent: LentPhones | None = None,
    ) -> None:
        """`anonymous`: networks whose callers need no proof. A user name is one endpoint's alone. `lent`:
        what phones in browsers have for a while; None: nothing is."""
        self._lent = lent
        self.extensions = {each.name: each for each in extensions}
        self.trunks = {each.name: each for each in trunks}
        self.anonymous = tuple(anonymous)
        self.anonymous_reach = anonymous_reach
        headers = (each.header for each in self.trunks.values())
        self.secret_headers = frozenset(header[0].lower().encode() for header in headers if header)
        """Names of those whose value may be a secret."""
        self._by_user: dict[str, Extension | Trunk] = {
            each.username: each for each in self.trunks.values() if each.password
        }
        self._by_user |= self.extensions
        self._by_address = [each for each in self.trunks.values() if not each.password]

    def password(self, user: str) -> str | HashedPassword | None:
        """None for a user that does not exist."""
        endpoint = self._by_user.get(user)
        if endpoint is not None:
            return endpoint.password
        lent = self._lent.of_user(user) if self._lent is not None else None
        return None if lent is None else lent.hashed

    def extension_password(self, extension: str) -> str | None:
        """None for an extension that the settings do not name; trunks are none."""
        found = self.extensions.get(extension)
        return None if found is None else found.password

    def extension(self, name: str) -> Extension | None:
        """One of the settings, or of a page that has it for a while."""
        if (found := self.extensions.get(name)) is not None:
            return found
        return _as_extension(self._lent.of_extension(name) if self._lent is not None else None)

    def has_extension(self, name: str) -> bool:
        """Whether there is such an extension; trunks are none."""
        return self.extension(name) is not None

    def of_user(self, user: str) -> Extension | Trunk | None:
        if (found := self._by_user.get(user)) is not None:
            return found
        return _as_extension(self._lent.of_user(user) if self._lent is not None else None)

    def extension_of(self, user: str) -> str:
        """Whose password the user has: the user's own, but for pages."""
        found = self.of_user(user)
        return found.name if isinstance(found, Extension) else user

    def registered(self, user: str, connection: object | None) -> None:
        """A user registered on that connection."""
        if self._lent is not None and user not in self._by_user:
            self._lent.registered(user, connection)

    def of_source(self, request: Request, host: str) -> Trunk | None:
        """The trunk that a request is from by its address and header alone."""
        address = address_of(host)
        found = [trunk for trunk in self._by_address if trunk.fits(request, address)]
        return max(found, key=lambda trunk: trunk.closeness(address), default=None)

    def is_anonymous(self, host: str) -> bool:
        """Whether callers from there need no proof."""
        return within(address_of(host), self.anonymous)

    def is_trunk(self, host: str) -> bool:
        """Whether it is the address of a trunk."""
        address = address_of(host)
        return any(within(address, trunk.networks) for trunk in self.trunks.values())
