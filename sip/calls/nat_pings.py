"""A question now and then to phones behind NAT (OPTIONS) that registered or are in a call, so that the way to
them stays open.

Many a NAT forgets a UDP flow after half a minute without a packet from inside, and it is the phone's answer
that it hears; a connection without traffic is closed by us. Phones that speak RFC 5626 see to this, many do
not. Whoever leaves some questions unanswered is asked no more until it registers anew.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TypeAlias

from sip.calls.dialog import Dialog
from sip.calls.registrar import Binding
from sip.transport.default_ports import default_port

PATIENCE = 3
"""Questions that may stay without an answer."""

_Key: TypeAlias = tuple[str, str, int]
"""Contact, and the registration that it is of."""


def is_hidden(binding: Binding) -> bool:
    """Whether a phone is not where its Contact says, or is only to be had on its own connection."""
    flow, contact = binding.received, binding.contact
    if flow is None or flow.lost or binding.path:
        return False  # whoever wants to be on the way keeps it open
    return flow.connection is not None or flow.place[1:] != (
        contact.address,
        contact.port or default_port(flow.transport),
    )


def callers(dialogs: Iterable[Dialog], registered: Iterable[Binding]) -> list[Binding]:
    """The other sides of calls that did not register by the way that the call came by, as if they had; once
    for each way. Nobody is asked who has not proven to be there, and no proxy."""
    known = {each.received.place for each in registered if each.received is not None}
    found = []
    for dialog in dialogs:
        way = dialog.way
        if way is None or not way.proven or not way.flow.direct or way.flow.place in known:
            continue
        known.add(way.flow.place)
        contact = dialog.target.without_headers()
        found.append(Binding(contact, math.inf, dialog.call_id, 0, received=way.flow))
    return found


class Questions:
    """Who is to be asked, and who did not answer. Pure."""

    def __init__(self) -> None:
        self._unanswered: dict[_Key, int] = {}

    def due(self, bindings: Iterable[Binding]) -> list[Binding]:
        """Those of all bindings that are to be asked in this round."""
        hidden = [binding for binding in bindings if is_hidden(binding)]
        keys = {_key(binding) for binding in hidden}
        self._unanswered = {key: count for key, count in self._unanswered.items() if key in keys}
        return [each for each in hidden if self._unanswered.get(_key(each), 0) < PATIENCE]

    def said(self, binding: Binding, answered: bool) -> None:
        key = _key(binding)
        self._unanswered[key] = 0 if answered else self._unanswered.get(key, 0) + 1


def _key(binding: Binding) -> _Key:
    return (str(binding.contact), binding.call_id, binding.cseq)


class NatPings:
    """Asks each phone once in a period, one after the other."""

    def __init__(
        self,
        bindings: Callable[[], Collection[Binding]],
        dialogs: Iterable[Dialog],
        ask: Callable[[Binding], Awaitable[bool]],
        period_s: float,
    ) -> None:
        """`bindings`: all that are valid now. `dialogs`: those that are up, each time anew. `ask`: whether
        any answer came."""
        self._bindings = bindings
        self._dialogs = dialogs
        self._ask = ask
        self._period_s = period_s
        self._questions = Questions()

    async def run(self) -> None:
        """Until cancelled."""
        asked: set[asyncio.Task[None]] = set()
        try:
            while True:
                registered = self._bindings()
                due = self._questions.due([*registered, *callers(self._dialogs, registered)])
                for binding in due:
                    task = asyncio.create_task(self._one(binding))
                    asked.add(task)
                    task.add_done_callback(asked.discard)
                    await asyncio.sleep(self._period_s / len(due))
                if not due:
                    await asyncio.sleep(self._period_s)
        finally:
            for task in asked:
                task.cancel()

    async def _one(self, binding: Binding) -> None:
        self._questions.said(binding, await self._ask(binding))
