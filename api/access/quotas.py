"""What keys may use up in a calendar month (UTC). Pure: what was used is read from the table of usage now and
then, and what is spent in between is added here.

What the other servers of a database spend in between nobody knows. So each may spend its share of what is
left, until it reads again; one request more is let pass, so that the last of a quota can be used at all. A
quota is overrun by that much at most, but for what servers spend while others still have an older reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from mediaserver.errors import VoiceForgeError
from mediaserver.storage.keys import ApiKey
from mediaserver.storage.records import UsageKind

KINDS: Mapping[str, Mapping[UsageKind, float]] = {
    "requests": {UsageKind.REQUESTS: 1.0},
    "tts_characters": {UsageKind.TTS_CHARACTERS: 1.0},
    "stt_seconds": {UsageKind.STT_SECONDS: 1.0},
    "call_minutes": {UsageKind.CALL_SECONDS: 1 / 60},
    "tokens": {UsageKind.LLM_PROMPT_TOKENS: 1.0, UsageKind.LLM_COMPLETION_TOKENS: 1.0},
}
"""What a quota may be of, and how much of it each kind of usage is."""

READ_S = 10.0
"""How often what stands in the table is read."""
Used = Mapping[UsageKind, float]


class QuotaSpent(VoiceForgeError):
    """A key has used up what it may this month. `until_s`: seconds until the next begins."""

    def __init__(self, message: str, until_s: float) -> None:
        super().__init__(message)
        self.until_s = until_s


class Quotas:
    """Of all keys that have one."""

    def __init__(self) -> None:
        self._used: dict[UUID, Used] = {}
        self._spent: defaultdict[tuple[UUID, str], float] = defaultdict(float)
        """Since `_used` was read."""
        self._month = (0, 0)
        self._servers = 1

    def read(self, used: Mapping[UUID, Used], at: datetime, servers: int = 1) -> None:
        """What stands in the table of usage for the month of this moment (aware). `servers`: that share the
        database, with this one."""
        self._servers = max(1, servers)
        self._used = dict(used)
        self._spent.clear()
        self._month = _month(at)

    def spend(self, key: UUID, kind: str, amount: float, now: datetime) -> None:
        """It uses so much now; the table will say so later."""
        self._turn(now)
        self._spent[key, kind] += amount

    def used(self, key: UUID, kind: str, now: datetime) -> float:
        """Since the month began."""
        self._turn(now)
        used = self._used.get(key, {})
        counted = sum(used.get(each, 0.0) * weight for each, weight in KINDS[kind].items())
        return counted + self._spent.get((key, kind), 0.0)

    def check(self, key: ApiKey, kind: str, amount: float, now: datetime) -> None:
        """Whether it may use so much more. Raises QuotaSpent."""
        limit = key.quota.get(kind)
        if limit is None:
            return
        used = self.used(key.id, kind, now)
        spent = self._spent.get((key.id, kind), 0.0)
        share = (limit - used + spent) / self._servers
        if used + amount <= limit:
            if spent == 0.0 or spent + amount <= share:
                return
            raise QuotaSpent(
                f"This key has {limit - used:g} {kind.replace('_', ' ')} left this month, which "
                f"{self._servers} servers share: wait until they have counted.",
                READ_S,
            )
        raise QuotaSpent(
            f"This key may use {limit:g} {kind.replace('_', ' ')} in a month, and has used {used:g}.",
            (_next_month(now) - now).total_seconds(),
        )

    def _turn(self, now: datetime) -> None:
        """A new month begins with nothing used."""
        if _month(now) != self._month:
            self.read({}, now, self._servers)


def _month(at: datetime) -> tuple[int, int]:
    utc = at.astimezone(UTC)
    return utc.year, utc.month


def _next_month(at: datetime) -> datetime:
    year, month = _month(at)
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
