"""Whom a call of an existing Asterisk wants, and the calls of AudioSocket that are expected.

An AudioSocket says nothing but a UUID, so that its caller and whom it dialled are announced before, by HTTP
(`POST /api/telephony/asterisk/calls`, which a dialplan asks by CURL): the UUID is made here, good for one
connection, within seconds. Where a dialplan cannot ask, the operator writes lines down: a UUID that always
means the same, like a password. Pure: time is handed in.
"""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from mediaserver.calls.about import NOTHING, About
from mediaserver.calls.may_dial import AGENTS, MayDial
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import CapacityError

LASTS_S = 30.0
"""So long a call that was announced may come."""
MOST_EXPECTED = 2_000
MOST_OF_ONE = 500
"""That one key may announce, so that it leaves some to others."""
LINES = "asterisk"
"""Whose limits on calls out count for what lines that are written down lead to."""


@dataclass(frozen=True, slots=True)
class CallWanted:
    """Who calls, and whom."""

    to: str
    """As it was dialled, for people."""
    dialled: str = ""
    """What is looked up among the routes; empty: `agent` is called."""
    caller: str = ""
    """Its number, as Asterisk says."""
    name: str = ""
    """Its name, by Asterisk's word."""
    agent: AgentSpec | None = None
    owner: UUID | None = None
    """The key whose call it is; None: the agent's."""
    reach: MayDial = AGENTS
    payer: str = LINES
    by: Hashable = None
    """Whose announced calls are counted together; None: the operator."""
    about: About = field(default_factory=lambda: NOTHING)
    standing: bool = False
    """By a line that is written down."""


@dataclass(slots=True)
class _Announced:
    wanted: CallWanted
    until: float


class ExpectedCalls:
    """Of one server."""

    def __init__(self, lines: Mapping[UUID, str] | None = None, most: int = MOST_EXPECTED) -> None:
        """`lines`: what is dialled by a UUID that was written down."""
        self._lines = {
            id: CallWanted(to, to, standing=True, about={"asterisk": {"line": to}})
            for id, to in (lines or {}).items()
        }
        self._most = most
        self._announced: dict[UUID, _Announced] = {}

    def __len__(self) -> int:
        """Announced, and not come or forgotten yet."""
        return len(self._announced)

    def announce(self, wanted: CallWanted, now: float) -> UUID:
        """Expect a call. Raises CapacityError when too many are expected."""
        self._forget(now)
        if len(self._announced) >= self._most:
            raise CapacityError(f"{self._most} calls were announced and have not come: try again soon")
        by = wanted.by
        if by is not None and sum(each.wanted.by == by for each in self._announced.values()) >= MOST_OF_ONE:
            raise CapacityError(f"{MOST_OF_ONE} calls were announced by this key and have not come")
        id = UUID(bytes=secrets.token_bytes(16), version=4)
        self._announced[id] = _Announced(wanted, now + LASTS_S)
        return id

    def take(self, id: UUID, now: float) -> CallWanted | None:
        """The call that comes with this UUID; None: nobody expects it. One that was announced is taken
        once."""
        self._forget(now)
        if (found := self._announced.pop(id, None)) is not None:
            return found.wanted
        return self._lines.get(id)

    def _forget(self, now: float) -> None:
        """They were announced in the order of their ends."""
        while self._announced:
            id, oldest = next(iter(self._announced.items()))
            if oldest.until > now:
                return
            del self._announced[id]
