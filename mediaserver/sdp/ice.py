"""ICE in SDP (:rfc:`8839`): our side as a lite agent's, and what the other side says of itself.

Pure text. What cannot be used is as if it were not there; nothing is raised. Candidates of the other side are
not kept: who is lite checks nothing, and learns by the checks that come where the other side is.
"""

from __future__ import annotations

import base64
import enum
import ipaddress
import re
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from mediaserver.media.connectivity import IceCredentials, IceSession
from mediaserver.sdp.description import Media, Section

MOST_CANDIDATES = 64
"""Of one stream that are looked at."""

_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}+")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}+")
_CANDIDATE = re.compile(
    r"candidate:[^ ]{1,32}+ 1 udp [0-9]{1,10}+ ([^ ]{1,64}+) ([0-9]{1,5}+) typ .*", re.IGNORECASE
)
_PRIORITY = 126 << 24 | 0xFFFF << 8
"""Of a host candidate, the only one that there is (:rfc:`8445`, section 5.1.2.1)."""
_NOWHERE = ("0.0.0.0", "::")


class Ice(enum.StrEnum):
    """Whether ways to us are to be found out by ICE."""

    OFF = "off"
    ANSWER = "answer"
    """Where it is offered."""
    OFFER = "offer"
    """In offers of ours as well."""


class IceAnswer(NamedTuple):
    """What the answer to an offer says."""

    session: IceSession | None
    """None: there is no ICE."""
    attributes: tuple[str, ...] = ()
    """Of our stream."""
    session_attributes: tuple[str, ...] = ()
    """Of the whole description."""


NO_ICE = IceAnswer(None)
_LITE = ("ice-lite", "ice-options:ice2")


class IceSide:
    """The ICE side of one call's offers and answers. `agreed` is to be set when they hold."""

    def __init__(
        self, wanted: Ice = Ice.OFF, more_hosts: Sequence[str] = (), *, strict: bool = False
    ) -> None:
        """`more_hosts`: addresses of ours beside the one of the description by which the same ports can be
        reached, the most wanted first. `strict`: audio goes where the checks of the other side say and
        nowhere else, whatever its SDP names; who does no checks gets none."""
        self._wanted = wanted
        self._more_hosts = tuple(more_hosts)
        self.strict = strict
        self._offered: IceCredentials | None = None
        """In our first offer, however often that is written."""
        self._answered: IceSession | None = None
        """What an offer was answered last: asked again, it is answered the same."""
        self.agreed: IceSession | None = None
        """What holds now."""

    @property
    def waiting(self) -> IceSession | None:
        """What holds for checks that come before the answer to our first offer does."""
        if self.agreed is not None or self._offered is None:
            return self.agreed
        return IceSession(self._offered, None)

    def expects_checks(self, session: Section, media: Media) -> bool:
        """The other side finds out by ICE where audio is to go: an address of zeroes in its offer says that
        it does not know yet (:rfc:`8840`, section 4.1.3), and not that it holds."""
        return self._wanted is not Ice.OFF and _credentials(session, media) is not None

    def offer(self, host: str, port: int, *, muxed: bool, again: bool) -> IceAnswer:
        """What our offer says. `again`: something was agreed on before."""
        if again:
            ours = self.agreed.ours if self.agreed is not None else None
        elif self._wanted is Ice.OFFER:
            ours = self._offered = self._offered or new_credentials()
        else:
            ours = None
        if ours is None:
            return NO_ICE
        return IceAnswer(None, self._described(ours, host, port, muxed), _LITE)

    def answer(self, session: Section, media: Media, host: str, port: int, *, muxed: bool) -> IceAnswer:
        """What the answer to a stream of an offer says. `host`, `port`: ours."""
        theirs = _credentials(session, media)
        if self._wanted is Ice.OFF or theirs is None:
            return NO_ICE
        if not _names_its_default(session, media):
            return IceAnswer(None, ("ice-mismatch",))
        made = self._session_with(theirs, checks="ice-lite" not in session.attributes())
        return IceAnswer(made, self._described(made.ours, host, port, muxed), _LITE)

    def accept(self, session: Section, ours: Media, theirs: Media) -> IceSession | None:
        """What the answer to our stream means."""
        offered, answered = _credentials(Section(), ours), _credentials(session, theirs)
        if offered is None or answered is None or "ice-mismatch" in theirs.attributes():
            return None
        return IceSession(offered, answered, "ice-lite" not in session.attributes())

    def _described(self, ours: IceCredentials, host: str, port: int, muxed: bool) -> tuple[str, ...]:
        hosts = tuple(dict.fromkeys((host.strip("[]"), *self._more_hosts)))
        return (
            f"ice-ufrag:{ours.ufrag}",
            f"ice-pwd:{ours.password}",
            *candidates(hosts, port, muxed=muxed),
        )

    def _session_with(self, theirs: IceCredentials, *, checks: bool) -> IceSession:
        """The same as before for the same credentials; others are a restart, with others of ours."""
        for known in (self.agreed, self._answered):
            if known is not None and known.theirs == theirs:
                return known
        self._answered = IceSession(new_credentials(), theirs, checks)
        return self._answered


def new_credentials() -> IceCredentials:
    """48 and 144 bits by chance, where 24 and 128 are asked for."""
    ufrag, password = (base64.b64encode(secrets.token_bytes(octets)).decode() for octets in (6, 18))
    return IceCredentials(ufrag, password)


def _credentials(session: Section, media: Media) -> IceCredentials | None:
    """The stream's own, or the session's."""
    ours, all_ = media.attributes(), session.attributes()
    ufrag = ours.get("ice-ufrag") or all_.get("ice-ufrag") or ""
    password = ours.get("ice-pwd") or all_.get("ice-pwd") or ""
    if _UFRAG.fullmatch(ufrag) is None or _PASSWORD.fullmatch(password) is None:
        return None
    return IceCredentials(ufrag, password)


def candidates(hosts: Sequence[str], port: int, *, muxed: bool) -> tuple[str, ...]:
    """Attributes for our host candidates, the most wanted first (:rfc:`8839`, section 5.1)."""
    components = [(1, port)] if muxed else [(1, port), (2, port + 1)]
    return tuple(
        f"candidate:{number} {n} UDP {_PRIORITY - (number - 1 << 8) | 256 - n} {host} {at} typ host"
        for number, host in enumerate(hosts, 1)
        for n, at in components
    )


def _names_its_default(session: Section, media: Media) -> bool:
    """Whether the place of the stream is one of its candidates. If not, somebody on the way has written it
    anew, and wants the audio himself (section 4.2.5). Who names none of them has nothing to compare."""
    line = media.first("c") or session.first("c") or ""
    try:
        default = ipaddress.ip_address(line.split()[-1] if line else "")
    except ValueError:
        return True  # a name, which is not looked up
    lines = [value for kind, value in media.lines if kind == "a" and value[:10].lower() == "candidate:"]
    if str(default) in _NOWHERE or not lines:
        return True
    for value in lines[:MOST_CANDIDATES]:
        match = _CANDIDATE.fullmatch(value.strip())
        if match is None or int(match[2]) != media.port:
            continue
        try:
            if ipaddress.ip_address(match[1]) == default:
                return True
        except ValueError:
            continue
    return False
