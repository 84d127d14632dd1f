"""What is known of a trunk's calls, on a fake clock."""

from __future__ import annotations

from sip.trunks.scorecard import PART_S, PARTS, SILENT, Scorecard


def calls(
    card: Scorecard, answered: int, failed: int, now: float, code: int = 503, fault: bool = True
) -> None:
    for number in range(answered + failed):
        card.attempted(now)
        if number < answered:
            card.answered(now)
        else:
            card.failed(code, now, fault=fault)


def test_the_figures_of_late_and_of_all_times() -> None:
    card = Scorecard()
    calls(card, 3, 1, 0.0, code=486, fault=False)
    card.rang(0.5, 1.0)
    card.rang(2.5, 1.0)
    card.heard(4.0, 2.0)
    card.heard(3.0, 2.0)
    told = card.lately(3.0).as_dict()
    assert told == {
        "attempts": 4, "answered": 3, "answer_seizure_ratio": 0.75, "trunk_failures": 0,
        "post_dial_delay_s": 1.5, "mos": 3.5, "codes": {"486": 1},
    }  # fmt: skip
    assert card.total.as_dict() == told
    assert card.post_dial_within == [0, 1, 0, 0, 1, 0, 0, 0, 0]


def test_what_is_old_counts_no_more() -> None:
    card = Scorecard()
    calls(card, 1, 1, 0.0)
    calls(card, 0, 1, PART_S * PARTS - 1, SILENT)
    assert card.lately(PART_S * PARTS - 1).attempts == 3
    assert card.lately(PART_S * PARTS).as_dict()["codes"] == {"silent": 1}
    assert card.lately(PART_S * PARTS * 3).answer_seizure_ratio is None
    assert card.total.attempts == 3


def test_a_trunk_is_ill_when_it_fails_half_of_enough_calls() -> None:
    card = Scorecard()
    calls(card, 4, 5, 0.0)
    assert not card.ill(0.0), "too few to judge by"
    calls(card, 1, 0, 0.0)
    assert card.ill(0.0)
    calls(card, 1, 0, 0.0)
    assert not card.ill(0.0)
    calls(card, 0, 50, 0.0, code=486, fault=False)
    assert not card.ill(0.0), "busy callees are not the trunk's fault"


def test_a_long_life_keeps_little() -> None:
    card = Scorecard()
    for hour in range(100):
        calls(card, 1, 0, hour * 3600.0)
    assert len(card._parts) <= PARTS
