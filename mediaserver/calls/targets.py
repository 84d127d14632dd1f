"""Whom this server may call: the extensions, and what its operator allows beside them; nobody else.

Who can place or transfer calls (a program with the token, an agent that a caller talks into it) could
otherwise run up a bill, or make the server knock at any address. What is not written in the plainest way is
refused, so that nobody reads an address in another way than this check did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from mediaserver.calls.glob import fits
from mediaserver.errors import CallError

_ADDRESS = re.compile(
    r"(?:sips?:)?(?P<user>[A-Za-z0-9._~+*#-]{1,100})@(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?P<port>:[0-9]{1,5})?(?:;transport=(?:udp|tcp|tls))?"
)
_CALLER = re.compile(r"[A-Za-z0-9._~+*#@:()\[\] -]{0,200}")
"""It becomes a header, in which these mean nothing more."""
_NUMBER = re.compile(r"\+?[0-9*#]{1,40}")


def _none(number: str) -> bool:
    return False


class Targets:
    """Extensions, and patterns: one with `@` for addresses, any other for numbers. `*` stands for any
    characters, `?` for one; a port counts as written."""

    def __init__(self, extensions: Collection[str] = (), patterns: Collection[str] = ()) -> None:
        self._extensions = frozenset(extensions)
        # A pattern for numbers must fit no address: "+49*" is not +49@somewhere.
        self._addresses = [_bare(each) for each in patterns if "@" in each]
        self._numbers = [each for each in patterns if "@" not in each]
        self.trunks: Callable[[str], bool] = _none
        """Whether a trunk may call a number: its prefixes are a permission, too."""

    @staticmethod
    def check_caller(caller: str) -> None:
        """Raises CallError (400) for a caller's name that is more than an address, a number or a name."""
        if not _CALLER.fullmatch(caller):
            raise CallError("the caller is an address, a number or a name of plain characters", 400)

    def check(self, to: str) -> None:
        """Raises CallError (403) when `to` may not be called."""
        if to in self._extensions:
            return
        if (address := _ADDRESS.fullmatch(to)) is not None:
            plain = f"{address['user']}@{address['host'].lower()}{address['port'] or ''}"
            allowed = any(fits(pattern, plain) for pattern in self._addresses)
        else:
            allowed = _NUMBER.fullmatch(to) is not None and (
                any(fits(each, to) for each in self._numbers) or self.trunks(to)
            )
        if not allowed:
            raise CallError(
                "calls to there are not allowed; add it to sip.allowed_targets, or its prefix to a trunk", 403
            )


def _bare(pattern: str) -> str:
    """Without its scheme, the host in small letters."""
    user, _, host = re.sub(r"^sips?:", "", pattern).rpartition("@")
    return f"{user}@{host.lower()}"
