"""What a canary makes of its calls: figures for Prometheus, and when somebody is to be told. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from callers.figures import Spread
from callers.simulated.judging import Judged


@dataclass(frozen=True, slots=True)
class CanaryAlert:
    """Calls have begun to fail, or pass again."""

    failing: bool
    flow: str
    persona: str
    failures: tuple[str, ...]
    in_a_row: int
    """Calls that failed."""
    at: str
    """ISO."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "status": "failing" if self.failing else "passing",
            "flow": self.flow,
            "persona": self.persona,
            "failures": list(self.failures),
            "failed_in_a_row": self.in_a_row,
            "at": self.at,
        }


class CanaryWatch:
    """`told` of each call; says when it is time to tell somebody."""

    def __init__(self, flow: str) -> None:
        self._flow = flow
        self.calls = 0
        self.failed = 0
        self.failed_in_a_row = 0
        self._last: Judged | None = None
        self._last_at = 0.0

    def told(self, judged: Judged, at: float, shown: str) -> CanaryAlert | None:
        """`at`: seconds since the epoch, when the call was over; `shown`: the same, ISO."""
        self.calls += 1
        self._last, self._last_at = judged, at
        was = self.failed_in_a_row
        if judged.passed:
            self.failed_in_a_row = 0
        else:
            self.failed += 1
            self.failed_in_a_row += 1
        if (was == 0) == judged.passed:
            return None  # as before
        name = judged.call.persona.name
        in_a_row = was if judged.passed else 1
        return CanaryAlert(not judged.passed, self._flow, name, judged.failures, in_a_row, shown)

    def metrics(self) -> str:
        """Prometheus' text format, for its node exporter's folder of text files."""
        label = f'{{flow="{_escaped(self._flow)}"}}'
        rows = [
            ("voiceforge_canary_calls_total", "counter", "calls of the canary", self.calls),
            ("voiceforge_canary_failed_total", "counter", "of these, failed", self.failed),
            (
                "voiceforge_canary_failed_in_a_row",
                "gauge",
                "failed up to now",
                self.failed_in_a_row,
            ),
            ("voiceforge_canary_last_call_time", "gauge", "when the last call was over", self._last_at),
        ]
        if self._last is not None:
            passed = int(self._last.passed)
            rows.append(("voiceforge_canary_last_passed", "gauge", "1: the last call passed", passed))
            reply = Spread.of(self._last.call.reply_ms).p95
            if reply is not None:
                rows.append(("voiceforge_canary_reply_ms", "gauge", "its replies, p95", reply))
        return "".join(
            f"# HELP {name} {what}\n# TYPE {name} {kind}\n{name}{label} {value:.15g}\n"
            for name, kind, what, value in rows
        )


def _escaped(text: str) -> str:
    """As a label's value."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
