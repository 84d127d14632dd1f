"""What a provider has said of a call beside its state; what of it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from providers.provider import AnsweredBy, CallReport


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class CallFacts:
    """By our own clock: a provider's may be wrong."""

    began: datetime = field(default_factory=_now)
    answered: datetime | None = None
    ended: datetime | None = None
    code: int | None = None
    """SIP status, where the provider has named one."""
    detail: str = ""
    """In words, for people."""
    answered_by: AnsweredBy | None = None
    cost: Decimal | None = None
    currency: str = ""

    def take(self, report: CallReport, *, over: bool) -> bool:
        """Whether it says something new. `over`: the call's end was told before: its reasons stay."""
        before = (self.code, self.detail, self.answered_by, self.cost, self.currency)
        self.answered_by = report.answered_by or self.answered_by
        if report.cost is not None:
            self.cost, self.currency = report.cost, report.currency or self.currency
        if not over:
            self.code = self.code if report.code is None else report.code
            self.detail = report.detail or self.detail
        return before != (self.code, self.detail, self.answered_by, self.cost, self.currency)

    def was_answered(self) -> None:
        self.answered = self.answered or _now()

    def has_ended(self) -> None:
        self.ended = self.ended or _now()
