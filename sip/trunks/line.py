"""One trunk as it stands: its row, whether it can be reached, its calls and its scorecard.

It lives as long as there is a row of its name; a changed row changes `spec` and nothing else. Whoever tends
the trunk (registration, keep-alive) reports here; it must never send anything itself.
"""

from __future__ import annotations

import enum
from typing import Any

from sip.access.credentials import ANY, WEAK, Account
from sip.trunks.failover import Consequence
from sip.trunks.limits import TrunkLimits
from sip.trunks.scorecard import Scorecard
from sip.trunks.spec import TrunkSpec


class TrunkStanding(enum.Enum):
    """Whether a trunk is asked for a call, the most wanted first."""

    UP = "up"
    UNKNOWN = "not known yet"
    """Nobody asked it yet."""
    ILL = "ill"
    """Reachable, and fails most calls of late."""
    DOUBTED = "doubted"
    """It failed a moment ago, or we are not registered there."""
    RESTING = "resting"
    """It asked to be left alone for a while."""
    DOWN = "down"
    """It does not answer when it is asked for a sign of life."""
    DISABLED = "disabled"

    @property
    def usable(self) -> bool:
        return self not in (TrunkStanding.RESTING, TrunkStanding.DOWN, TrunkStanding.DISABLED)


RANK = {TrunkStanding.UP: 0, TrunkStanding.UNKNOWN: 0, TrunkStanding.ILL: 1, TrunkStanding.DOUBTED: 2}
"""In which order usable trunks are asked, before their priority."""


class TrunkLine:
    """See above. Times are seconds of the event loop's clock."""

    def __init__(self, spec: TrunkSpec) -> None:
        self.spec = spec
        self.account = _account(spec)
        """Whom its challenges are answered for; None without a password."""
        self.limits = TrunkLimits()
        self.scorecard = Scorecard()
        self.reachable: bool | None = None
        """What its last OPTIONS said; None: not known, or it is not asked."""
        self.registered: bool | None = None
        """None: it does not register, or has not tried yet."""
        self.why = ""
        """Why it is down or not registered, in words."""
        self.service_routes: tuple[str, ...] = ()
        """Of its registration (:rfc:`3608`), as Route values."""
        self._resting_until = 0.0
        self._doubted_until = 0.0

    # -- told by who tends it

    def answers(self, answers: bool, why: str = "") -> None:
        """It gave a sign of life, or none."""
        self.reachable = answers
        if not answers:
            self.why = why
        elif self.registered is not False:
            self.why = ""

    def registration(self, registered: bool | None, why: str = "", routes: tuple[str, ...] = ()) -> None:
        """We are registered there, or not and why."""
        self.registered, self.service_routes = registered, routes
        self.why = "" if registered else why

    def changed(self, spec: TrunkSpec) -> None:
        """Its row was changed: what was known of the server counts no more."""
        self.spec = spec
        self.account = _account(spec)
        self.reachable = self.registered = None
        self.why, self.service_routes = "", ()
        self._resting_until = self._doubted_until = 0.0

    # -- told by calls

    def bore(self, consequence: Consequence, now: float) -> None:
        """A call failed, and this follows for the trunk."""
        if consequence.rest_s:
            self._resting_until = now + consequence.rest_s
        if consequence.doubt_s:
            self._doubted_until = now + consequence.doubt_s

    def worked(self) -> None:
        """It carried a call, or said something final about the callee."""
        self._doubted_until = self._resting_until = 0.0

    # -- asked

    def standing(self, now: float) -> TrunkStanding:
        if not self.spec.enabled:
            return TrunkStanding.DISABLED
        if self.reachable is False:
            return TrunkStanding.DOWN
        if now < self._resting_until:
            return TrunkStanding.RESTING
        if now < self._doubted_until or self.registered is False:
            return TrunkStanding.DOUBTED
        if self.scorecard.ill(now):
            return TrunkStanding.ILL
        return TrunkStanding.UP if self.reachable or self.registered else TrunkStanding.UNKNOWN

    def as_dict(self, now: float) -> dict[str, Any]:
        """JSON-ready, without the row."""
        return {
            "standing": self.standing(now).value,
            "why": self.why,
            "reachable": self.reachable,
            "registered": self.registered,
            "calls": self.limits.calls,
            "lately": self.scorecard.lately(now).as_dict(),
            "total": self.scorecard.total.as_dict(),
        }


def _account(spec: TrunkSpec) -> Account | None:
    if not spec.login:
        return None
    algorithms = (WEAK,) if spec.quirks.md5_only else ANY
    return Account(spec.login, spec.password, realm=spec.realm, algorithms=algorithms)
