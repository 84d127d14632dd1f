"""The metrics of trunks, as Prometheus reads them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from sip.trunks.figures import TrunkCollector
from sip.trunks.line import TrunkLine
from sip.trunks.spec import TrunkSpec


def test_a_trunks_calls_are_counted_by_its_name() -> None:
    line = TrunkLine(TrunkSpec("acme", "h"))
    card = line.scorecard
    for number in range(4):
        card.attempted(0.0)
        if number < 3:
            card.rang(0.4 + number, 0.0)
            card.answered(0.0)
    card.failed(0, 0.0, fault=True)
    card.heard(4.0, 0.0)
    line.limits.take(0, 0, 0.0)
    registry = CollectorRegistry()
    registry.register(TrunkCollector(lambda: [line], lambda: 1.0))
    lines = generate_latest(registry).decode().splitlines()
    for expected in (
        'voiceforge_trunk_up{trunk="acme"} 1.0',
        'voiceforge_trunk_calls{trunk="acme"} 1.0',
        'voiceforge_trunk_attempts_total{trunk="acme"} 4.0',
        'voiceforge_trunk_answered_total{trunk="acme"} 3.0',
        'voiceforge_trunk_faults_total{trunk="acme"} 1.0',
        'voiceforge_trunk_failed_total{code="silent",trunk="acme"} 1.0',
        'voiceforge_trunk_answer_seizure_ratio{trunk="acme"} 0.75',
        'voiceforge_trunk_mos{trunk="acme"} 4.0',
        'voiceforge_trunk_post_dial_delay_seconds_bucket{le="0.5",trunk="acme"} 1.0',
        'voiceforge_trunk_post_dial_delay_seconds_bucket{le="2.0",trunk="acme"} 2.0',
        'voiceforge_trunk_post_dial_delay_seconds_count{trunk="acme"} 3.0',
    ):
        assert expected in lines, expected
