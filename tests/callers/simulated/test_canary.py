"""When a canary tells somebody, and its figures."""

from __future__ import annotations

from callers.simulated.canary import CanaryWatch
from callers.simulated.judging import Judged
from callers.simulated.persona import Persona
from callers.simulated.record import SimulatedCall


def judged(*failures: str, reply_ms: tuple[float, ...] = (200.0,)) -> Judged:
    call = SimulatedCall(Persona(name="ann"), 1)
    call.reply_ms = reply_ms
    return Judged(call, failures, 0)


def test_somebody_is_told_when_calls_begin_to_fail_and_when_they_pass_again() -> None:
    watch = CanaryWatch("booking")
    results = [judged(), judged("mute"), judged("mute"), judged(), judged(), judged("late")]
    alerts = [watch.told(each, float(n), f"t{n}") for n, each in enumerate(results)]
    assert [alert is not None for alert in alerts] == [False, True, False, True, False, True]
    begun, over = alerts[1], alerts[3]
    assert begun is not None and over is not None
    assert begun.as_dict() == {
        "status": "failing", "flow": "booking", "persona": "ann", "failures": ["mute"],
        "failed_in_a_row": 1, "at": "t1",
    }  # fmt: skip
    assert (over.as_dict()["status"], over.in_a_row) == ("passing", 2)
    assert (watch.calls, watch.failed, watch.failed_in_a_row) == (6, 3, 1)


def test_the_figures_are_what_prometheus_reads() -> None:
    watch = CanaryWatch('a "b"\\\n')
    assert 'voiceforge_canary_calls_total{flow="a \\"b\\"\\\\\\n"} 0\n' in watch.metrics()
    assert "last_passed" not in watch.metrics()
    watch.told(judged("x"), 1_795_000_000.25, "t")
    text = watch.metrics()
    for row in ("calls_total", "failed_total", "failed_in_a_row"):
        assert f"# TYPE voiceforge_canary_{row} " in text
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    found = {name.split("{")[0].removeprefix("voiceforge_canary_"): value for name, value in values.items()}
    assert found == {
        "calls_total": "1", "failed_total": "1", "failed_in_a_row": "1",
        "last_call_time": "1795000000.25", "last_passed": "0", "reply_ms": "200",
    }  # fmt: skip
    watch.told(judged(reply_ms=()), 2.0, "t")
    assert "reply_ms" not in watch.metrics()
