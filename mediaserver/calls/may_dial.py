"""Whom a caller may reach, once it is known who calls. What a caller may not reach is refused in words
(403)."""

from __future__ import annotations

from dataclasses import dataclass

from mediaserver.calls.glob import fits
from mediaserver.calls.routes import Resolution, ToExtension


@dataclass(frozen=True, slots=True)
class MayDial:
    """An allow-list, or a kind of address."""

    patterns: tuple[str, ...] | None = None
    """Dialled names and numbers, with `*` for any characters and `?` for one; one with `@` is compared with
    the whole address. None: by kind."""
    extensions: bool = True
    """Without patterns: phones may be reached, beside the agents."""

    def allows(self, dialled: str, to: Resolution) -> bool:
        """`dialled`: user@host or a number, as invitations name it; `to`: where that leads."""
        if self.patterns is None:
            return self.extensions or not isinstance(to, ToExtension)
        user = dialled.partition("@")[0]
        return any(fits(pattern, dialled if "@" in pattern else user) for pattern in self.patterns)


EVERYBODY = MayDial()
AGENTS = MayDial(extensions=False)
