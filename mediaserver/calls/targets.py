"""Whom this server may call: the extensions, and what its operator allows beside them; nobody else.

Who can place or transfer calls (a program with the token, an agent that a caller talks into it) could
otherwise run up a bill, or make the server knock at any address. What is not written in the plainest way is
refused, so that nobody reads an address in another way than this check did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from mediaserver.calls.phone_names import PhoneNames
from mediaserver.errors import CallError
from mediaserver.glob import fits
from mediaserver.outbound.policy import OutboundPolicy

_ADDRESS = re.compile(
    r"(?:sips?:)?(?P<user>[A-Za-z0-9._~+*#-]{1,100})@(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?P<port>:[0-9]{1,5})?(?:;transport=(?:udp|tcp|tls))?"
)
_CALLER = re.compile(r"[A-Za-z0-9._~+*#@:()\[\] -]{0,200}")
"""It becomes a header, in which these mean nothing more."""
_NUMBER = re.compile(r"\+?[0-9*#]{1,40}")


_SEPARATORS = str.maketrans("", "", ".-")
"""Visual separators (:rfc:`3966` 5.1.1), which a gateway leaves out of a number."""


def _none(number: str) -> str | None:
    return None


class Targets:
    """Extensions, and patterns: one with `@` for addresses, any other for numbers. `*` stands for any
    characters, `?` for one; a port counts as written."""

    def __init__(
        self,
        extensions: Collection[str] = (),
        patterns: Collection[str] = (),
        policy: OutboundPolicy | None = None,
    ) -> None:
        """`policy`: which numbers are called by no way."""
        self._extensions = PhoneNames(extensions)
        # A pattern for numbers must fit no address: "+49*" is not +49@somewhere.
        self._addresses = [_bare(each) for each in patterns if "@" in each]
        self._numbers = [each for each in patterns if "@" not in each]
        self.policy = policy or OutboundPolicy()
        self.trunks: Callable[[str], str | None] = _none
        """The prefix by which a trunk may call a number: a permission, too. None: none may."""

    @staticmethod
    def check_caller(caller: str) -> None:
        """Raises CallError (400) for a caller's name that is more than an address, a number or a name."""
        if not _CALLER.fullmatch(caller):
            raise CallError("the caller is an address, a number or a name of plain characters", 400)

    def is_extension(self, to: str) -> bool:
        """Whether it is a phone of ours, to which a call costs nothing."""
        return to in self._extensions

    def granted(self, number: str) -> list[str]:
        """The beginnings of numbers that allow this one, as they are written; empty when nothing does."""
        patterns = [_head(each) for each in self._numbers if fits(each, number)]
        by_trunk = self.trunks(number)
        return patterns if by_trunk is None else [*patterns, by_trunk]

    def check(self, to: str) -> None:
        """Raises CallError (403) when `to` may not be called."""
        if to in self._extensions:
            return
        number = to
        if (address := _ADDRESS.fullmatch(to)) is not None:
            plain = f"{address['user']}@{address['host'].lower()}{address['port'] or ''}"
            granted = [_head(each.partition("@")[0]) for each in self._addresses if fits(each, plain)]
            number = address["user"].translate(_SEPARATORS)
        else:
            granted = self.granted(to) if _NUMBER.fullmatch(to) is not None else []
        if not granted:
            raise CallError(
                "calls to there are not allowed; add it to sip.allowed_targets, or its prefix to a trunk", 403
            )
        if _NUMBER.fullmatch(number) is not None and (why := self.policy.against(number, granted)):
            raise CallError(f"calls to {number} are not allowed: {why}", 403)


def number_of(to: str) -> str:
    """The number that a target names, as it is written; empty when it names none."""
    address = _ADDRESS.fullmatch(to)
    number = address["user"].translate(_SEPARATORS) if address is not None else to
    return number if _NUMBER.fullmatch(number) is not None else ""


def _head(pattern: str) -> str:
    """What a pattern names before its first wildcard."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def _bare(pattern: str) -> str:
    """Without its scheme, the host in small letters."""
    user, _, host = re.sub(r"^sips?:", "", pattern).rpartition("@")
    return f"{user}@{host.lower()}"
