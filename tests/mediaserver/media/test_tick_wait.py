"""When a tick could come sooner after what it is for."""

from __future__ import annotations

from mediaserver.media.tick_wait import ENOUGH_TICKS, MARGIN_NS, TickWait
from mediaserver.media.time import FRAME_NS

MS = 1_000_000


def ticked(wait: TickWait, *waits_ms: int | None) -> None:
    """Each tick after a piece that came so long before it, or none."""
    for turn, waited in enumerate(waits_ms):
        at = (1_000 + turn) * FRAME_NS
        if waited is not None:
            wait.came(at - waited * MS)
        wait.ticked(at)


def test_the_shortest_wait_counts() -> None:
    wait = TickWait()
    ticked(wait, *[15] * ENOUGH_TICKS, 12, 17)
    assert wait.early_ns == 12 * MS - MARGIN_NS


def test_nothing_is_known_before_enough_ticks_in_a_row_have_found_a_piece() -> None:
    wait = TickWait()
    assert wait.early_ns is None
    ticked(wait, *[15] * (ENOUGH_TICKS - 1))
    assert wait.early_ns is None
    ticked(wait, 15)
    assert wait.early_ns == 15 * MS - MARGIN_NS


def test_what_was_uneven_once_does_not_count_for_ever() -> None:
    wait = TickWait()
    ticked(wait, *[1] * ENOUGH_TICKS, None)
    assert wait.early_ns is None
    ticked(wait, *[15] * ENOUGH_TICKS)
    assert wait.early_ns == 15 * MS - MARGIN_NS


def test_a_piece_in_time_alone_cannot_be_had_earlier_and_a_moved_tick_is_watched_anew() -> None:
    wait = TickWait()
    ticked(wait, *[15] * ENOUGH_TICKS, 0)
    assert wait.early_ns == 0
    wait.moved()
    assert wait.early_ns is None
