"""All calls by providers that this server has, by session and by the providers' own ids.

Those that are over are kept for a while: reports come late (what a call cost, minutes after it), and a
provider may ask once more what to do with one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from uuid import UUID

from providers.calls.call import ProviderCall

LATE_S = 900.0
MOST_LATE = 5_000
"""That are over; the oldest go first."""


class CallBook:
    """`now` in seconds of one clock."""

    def __init__(self) -> None:
        self._live: dict[UUID, ProviderCall] = {}
        self._late: OrderedDict[UUID, tuple[ProviderCall, float]] = OrderedDict()
        self._by_ref: dict[tuple[str, str], ProviderCall] = {}

    def __len__(self) -> int:
        """Those that are not over."""
        return len(self._live)

    def __iter__(self) -> Iterator[ProviderCall]:
        """Those that are not over."""
        return iter(list(self._live.values()))

    def add(self, call: ProviderCall) -> None:
        self._live[call.session] = call
        self.named(call)

    def named(self, call: ProviderCall) -> None:
        """Its provider's id is known."""
        if call.ref:
            self._by_ref.setdefault((call.account.name, call.ref), call)

    def over(self, call: ProviderCall, now: float) -> None:
        if self._live.pop(call.session, None) is not None:
            self._late[call.session] = (call, now)
        self.forget_late(now)

    def forget_late(self, now: float) -> None:
        """Those that are over for long."""
        while self._late:
            session, (call, since) = next(iter(self._late.items()))
            if now - since < LATE_S and len(self._late) <= MOST_LATE:
                return
            del self._late[session]
            if self._by_ref.get((call.account.name, call.ref)) is call:
                del self._by_ref[call.account.name, call.ref]

    def live(self, session: UUID) -> ProviderCall | None:
        return self._live.get(session)

    def of_session(self, session: UUID) -> ProviderCall | None:
        """Also one that is over."""
        late = self._late.get(session)
        return self._live.get(session) or (late[0] if late is not None else None)

    def of_ref(self, account: str, ref: str) -> ProviderCall | None:
        """Also one that is over."""
        return self._by_ref.get((account, ref))
