"""Whom a caller may reach, once it is known who calls.

Two questions, so that no answer tells which numbers exist: what is not on a caller's list is refused before
anybody looks whether it exists (403); what is of a kind that it may not reach does not exist for it (404).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from mediaserver.calls.routes import Resolution, ToAgent, ToExtension
from mediaserver.glob import fits


@dataclass(frozen=True, slots=True)
class MayDial:
    """An allow-list, or a kind of address."""

    patterns: tuple[str, ...] | None = None
    """Dialled names and numbers, with `*` for any characters and `?` for one; one with `@` is compared with
    the whole address. None: by kind."""
    extensions: bool = True
    """Without patterns: phones may be reached, beside the agents."""
    out: bool = True
    """A transfer may lead out of this server; false for those who have proven nothing."""
    dials_out: bool = False
    """A number that is nobody's here is called for it, where this server may call: for those who may have
    anybody called anyway."""
    uses: Callable[[UUID | None], bool] | None = field(default=None, repr=False, compare=False)
    """Whether an agent of this owner (None: the operator's) may be reached; None: whosoever's."""

    def may_ask_for(self, dialled: str) -> bool:
        """Whether the list has it, which may exist or not. `dialled`: user@host or a number, as invitations
        name it."""
        if self.patterns is None:
            return True
        user = dialled.partition("@")[0]
        return any(fits(pattern, dialled if "@" in pattern else user) for pattern in self.patterns)

    def may_reach(self, to: Resolution) -> bool:
        """Whether that kind may be reached."""
        if self.uses is not None and isinstance(to, ToAgent) and not self.uses(to.agent.owner):
            return False
        return self.patterns is not None or self.extensions or not isinstance(to, ToExtension)

    def may_go_out(self) -> bool:
        """Whether whoever it talks to may be transferred to numbers and addresses elsewhere, as far as these
        may be called from here at all."""
        return self.out and (self.patterns is not None or self.extensions)


EVERYBODY = MayDial()
AGENTS = MayDial(extensions=False)
