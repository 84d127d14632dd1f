from __future__ import annotations

from mediaserver.media.clock import MediaClock
from mediaserver.media.lateness import Lateness
from mediaserver.metrics import Metrics


def test_the_clocks_own_figures_are_shown_as_they_stand_when_read() -> None:
    metrics = Metrics()
    clock = MediaClock(None)
    metrics.watch_clock(clock)
    for late_ms in (1, 9, 2):
        clock.start_lateness.add(late_ms * 1_000_000)
    text = metrics.render().decode()
    assert "voiceforge_tick_lateness_worst_seconds 0.009" in text
    assert 'voiceforge_tick_lateness_seconds_bucket{le="0.003"} 2.0' in text
    assert "voiceforge_tick_lateness_seconds_count 3.0" in text


def test_errors_stalls_and_unheard_frames_are_shown_by_part() -> None:
    metrics = Metrics()
    clock = MediaClock(None)
    metrics.watch_clock(clock)
    clock.app_errors, clock.wire_errors, clock.stalls = 2, 3, 4
    text = metrics.render().decode()
    assert 'voiceforge_media_errors_total{part="app"} 2.0' in text
    assert 'voiceforge_media_errors_total{part="wire"} 3.0' in text
    assert 'voiceforge_media_errors_total{part="detector"} 0.0' in text
    assert "voiceforge_stalls_total 4.0" in text
    assert "voiceforge_unheard_frames_total 0.0" in text
    assert "voiceforge_unheard_batches 0.0" in text


def test_pauses_of_the_collector_and_stalls_are_shown_as_histograms() -> None:
    metrics, collected, blocked = Metrics(), Lateness(), Lateness()
    metrics.watch_pauses({0: collected}, [("waiting", blocked)])
    collected.add(2_000_000)
    blocked.add(30_000_000)
    text = metrics.render().decode()
    assert 'voiceforge_gc_pause_seconds_sum{generation="0"} 0.002' in text
    assert 'voiceforge_media_thread_held_seconds_bucket{cause="waiting",le="0.02"} 0.0' in text
    assert 'voiceforge_media_thread_held_seconds_count{cause="waiting"} 1.0' in text


def test_a_leg_without_figures_adds_none() -> None:
    metrics = Metrics()
    metrics.leg_closed({})
    metrics.leg_closed({"jitter_ms": 5.0, "mos": 4.3, "lost": 2})
    text = metrics.render().decode()
    assert "voiceforge_rtp_jitter_seconds_sum 0.005" in text
    assert "voiceforge_call_mos_count 1.0" in text
    assert "voiceforge_rtp_packets_lost_total 2.0" in text


def test_the_queue_depth_is_asked_for_when_read() -> None:
    metrics = Metrics()
    depth = 3.0
    metrics.watch_db_queue(lambda: depth)
    depth = 7.0
    assert "voiceforge_db_queue_records 7.0" in metrics.render().decode()


def test_a_size_is_asked_for_when_the_metrics_are_read() -> None:
    metrics, kept = Metrics(), [1, 2]
    metrics.watch("things_kept", "Things that are kept", lambda: len(kept))
    assert "voiceforge_things_kept 2.0" in metrics.render().decode()
    kept.clear()
    assert "voiceforge_things_kept 0.0" in metrics.render().decode()
