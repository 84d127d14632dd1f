from __future__ import annotations

import pytest

from mediaserver.rtp.mos import mos, r_factor


def test_a_perfect_line_scores_what_g_107_says() -> None:
    assert r_factor(0, 0) == pytest.approx(93.2)
    assert mos(0, 0) == pytest.approx(4.41, abs=0.01)


def test_loss_and_delay_each_make_it_worse() -> None:
    scores = [mos(loss, 50) for loss in (0, 1, 3, 5, 10, 30, 100)]
    assert scores == sorted(scores, reverse=True)
    scores = [mos(0, delay) for delay in (0, 100, 200, 300, 500, 2_000)]
    assert scores == sorted(scores, reverse=True)
    assert scores[1] - scores[0] > scores[3] - scores[2]  # past 177 ms it hurts


@pytest.mark.parametrize(("loss", "delay"), [(-5, -5), (1_000, 1e9), (0, 1e12)])
def test_it_stays_within_its_scale(loss: float, delay: float) -> None:
    assert 1.0 <= mos(loss, delay) <= 4.5
