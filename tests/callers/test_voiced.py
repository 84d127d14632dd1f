"""The arithmetic of the measuring caller on made-up tracks with known answers."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from callers.figures import LineSpan, echo_delays_ms, interruptions, noise, replies
from callers.reception import Reception, lateness_ms, percentile
from callers.sound import LEVELS, PACKET, PCMA, PCMU, SILENCE, Samples, decode, encode, load_wav, resample
from callers.voiced import Arrival, Clip, Segment, far_track, locate, segments
from mediaserver.errors import VoiceForgeError

MS = 1_000_000
LOUD = encode(np.full(PACKET, 5000), PCMU)
QUIET = SILENCE[PCMU] * PACKET


def speechlike(seconds: float, seed: int) -> Samples:
    """Loud from the first to the last sample, never twice the same."""
    random = np.random.default_rng(seed)
    samples = random.normal(0, 4000, int(seconds * 8000)).clip(-30000, 30000).astype(np.int16)
    samples[[0, -1]] = 9000
    return samples


def track_of(length_s: float, *pieces: tuple[float, Samples]) -> Samples:
    track = np.zeros(int(length_s * 8000), np.int16)
    for at_s, piece in pieces:
        track[int(at_s * 8000) : int(at_s * 8000) + len(piece)] = piece
    return track


@pytest.mark.parametrize("kind", [PCMU, PCMA])
def test_every_code_word_survives_decode_and_encode(kind: int) -> None:
    words = bytes(range(256))
    again = encode(decode(words, kind), kind)
    assert (decode(again, kind) == decode(words, kind)).all()
    assert max(abs(int(x)) for x in LEVELS[kind]) == {PCMU: 32124, PCMA: 32256}[kind]


def test_zero_is_encoded_as_silence() -> None:
    assert encode([0], PCMU) == SILENCE[PCMU]
    assert decode(SILENCE[PCMA], PCMA)[0] == 8


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100])
def test_a_tone_keeps_its_level_and_place_when_resampled(rate: int) -> None:
    t = np.arange(rate) / rate
    out = resample(np.sin(2 * np.pi * 1000 * t), rate, 8000)
    want = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    assert np.abs(out[100:7900] - want[100:7900]).max() < 0.01


def test_what_a_phone_cannot_carry_is_removed_when_resampled() -> None:
    t = np.arange(16_000) / 16_000
    assert np.abs(resample(np.sin(2 * np.pi * 5000 * t), 16_000, 8000)[200:7800]).max() < 0.01


def test_a_file_that_is_no_wav_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"RIFFnonsense")
    with pytest.raises(VoiceForgeError, match="cannot play .*x.wav"):
        load_wav(tmp_path / "x.wav")
    with wave.open(str(tmp_path / "y.wav"), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(b"\x80" * 80)
    with pytest.raises(VoiceForgeError, match="8-bit samples"):
        load_wav(tmp_path / "y.wav")


def test_a_segment_is_found_to_the_sample() -> None:
    track = np.zeros(16000, np.int16)
    track[1234:5678] = 5000
    assert segments(track) == [Segment(1234, 5677)]


def test_holes_are_bridged_up_to_but_not_at_the_limit() -> None:
    track = np.zeros(16000, np.int16)
    track[1234:5678] = track[9678:12000] = 5000  # 4000 silent samples: 500 ms and one step
    assert len(segments(track, bridge_ms=500)) == 2
    assert len(segments(track, bridge_ms=501)) == 1


def test_clicks_and_whispers_are_no_voice() -> None:
    track = np.zeros(8000, np.int16)
    track[100] = 30000  # one sample passes, no 10 ms window of it lasts 40 ms
    track[4000:6000] = 150  # under -45 dBFS = 184
    assert segments(track) == []


def test_room_noise_does_not_move_the_edges_of_a_clip() -> None:
    noisy = np.full(8000, 250, np.int16)
    noisy[2000:4000] = 20000
    assert Clip.of("x", noisy).voice == Segment(2000, 3999)
    with pytest.raises(ValueError, match="no voice"):
        Clip.of("x", np.zeros(8000, np.int16))


def laid(times_ms: list[float], payloads: list[bytes], first: int = 0) -> Samples:
    packets = [
        Arrival(int(t * MS), first + i & 0xFFFF, p, PCMU)
        for i, (t, p) in enumerate(zip(times_ms, payloads, strict=True))
    ]
    return far_track(packets, 0, 16000).track


def test_packets_on_time_are_laid_where_they_arrived() -> None:
    times = [100.0 + 20 * i for i in range(20)]
    assert segments(laid(times, [LOUD] * 20)) == [Segment(800, 3999)]
    assert segments(laid(times, [LOUD] * 20, first=65530)) == [Segment(800, 3999)]


def test_a_burst_is_played_in_real_time_not_at_once() -> None:
    packets = [Arrival(100 * MS, i, LOUD, PCMU) for i in range(20)]
    out = far_track(packets, 0, 16000)
    (only,) = segments(out.track)
    assert only.first == 800 and abs(only.last - 3999) <= 20  # one sample a packet is nudged
    assert out.queued_ms > 370


def test_queued_silence_is_left_out_but_voice_never() -> None:
    times = [100.0] * 10 + [120.0 + 20 * i for i in range(10)] + [400.0]
    out = laid(times, [QUIET] * 20 + [LOUD])
    assert abs(segments(out, bridge_ms=100, min_ms=10)[0].first - 3200) < 170


def test_jitter_does_not_add_up() -> None:
    times = [100.0 + 20 * i + (8 if i % 2 else 0) for i in range(50)]
    (only,) = segments(laid(times, [LOUD] * 50))
    assert abs(only.last - only.first + 1 - 8000) <= 60


def test_a_duplicate_goes_to_its_own_place() -> None:
    packets = [Arrival((100 + 20 * i) * MS, i, LOUD, PCMU) for i in range(10)]
    twice = [*packets[:5], packets[4]._replace(at_ns=181 * MS), *packets[5:]]
    assert segments(far_track(twice, 0, 16000).track) == [Segment(800, 2399)]


def test_voice_to_voice_is_last_sample_to_first_sample() -> None:
    far = track_of(6, (0.2, speechlike(1, 1)), (3.0, speechlike(1, 2)))
    said = [LineSpan("a", 1.5 * 8000, 2.5 * 8000)]
    (reply,) = replies(said, segments(far))
    assert reply.voice_to_voice_ms == 500.0 and not reply.overlapped


def test_a_far_end_that_speaks_over_us_gives_no_latency() -> None:
    far = track_of(6, (2.0, speechlike(2, 1)))
    (reply,) = replies([LineSpan("a", 1.5 * 8000, 2.5 * 8000)], segments(far))
    assert reply.overlapped and reply.voice_to_voice_ms is None


def test_an_answer_to_the_next_line_is_not_credited_to_this_one() -> None:
    far = track_of(6, (5.0, speechlike(0.5, 1)))
    lines = [LineSpan("a", 8000, 16000), LineSpan("b", 24000, 32000)]
    first, second = replies(lines, segments(far))
    assert first.voice_to_voice_ms is None
    assert second.voice_to_voice_ms == 1000.0


def test_stop_time_and_silence_after_it() -> None:
    far = track_of(8, (1.0, speechlike(2.2, 1)), (5.0, speechlike(1, 2)))
    (turn,) = interruptions(
        [LineSpan("a", 3.0 * 8000, 4.0 * 8000)], far, track_of(9, (1.0, speechlike(6, 1)))
    )
    assert turn.far_was_speaking
    assert turn.stop_ms == pytest.approx(200, abs=0.2)
    assert turn.resumed_after_ms == pytest.approx(1800, abs=0.3)
    assert not turn.stale and turn.stale_match is not None and turn.stale_match < 0.3


def test_the_rest_of_the_cut_line_is_stale() -> None:
    line = speechlike(5, 1)
    far = track_of(8, (1.0, line[: int(2.2 * 8000)]), (5.0, line[int(2.2 * 8000) :][:8000]))
    (turn,) = interruptions([LineSpan("a", 3.0 * 8000, 4.0 * 8000)], far, track_of(9, (1.0, line)))
    assert turn.stale and turn.stale_match is not None and turn.stale_match > 0.9


def test_the_line_asked_anew_is_not_stale() -> None:
    line = speechlike(5, 1)
    far = track_of(8, (1.0, line[: int(2.2 * 8000)]), (5.0, line[:8000]))
    (turn,) = interruptions([LineSpan("a", 3.0 * 8000, 4.0 * 8000)], far, track_of(9, (1.0, line)))
    assert not turn.stale


@pytest.mark.parametrize("noise_level", [0, 5500, 40_000])
def test_the_next_line_is_not_stale_however_badly_the_cut_one_came_through(noise_level: int) -> None:
    """The reference has both: the answer is found in it whether or not the cut line is."""
    line, answer = speechlike(4, 1), speechlike(2, 2)
    came = line[: int(2.2 * 8000)] + np.random.default_rng(3).normal(0, noise_level, int(2.2 * 8000))
    far = track_of(9, (1.0, came.clip(-30000, 30000).astype(np.int16)), (5.0, answer))
    reference = track_of(11, (1.0, line), (7.0, answer))
    (turn,) = interruptions([LineSpan("a", 3.0 * 8000, 4.0 * 8000)], far, reference)
    assert not turn.stale
    assert (turn.stale_match is None) == (noise_level == 40_000)


def test_the_last_word_of_a_line_cut_before_it_is_stale() -> None:
    line, answer = speechlike(3, 1), speechlike(2, 2)
    cut = int(2.7 * 8000)
    far = track_of(9, (1.0, line[:cut]), (5.0, line[cut:]))
    (turn,) = interruptions(
        [LineSpan("a", 3.0 * 8000, 4.0 * 8000)], far, track_of(11, (1.0, line), (7.0, answer))
    )
    assert turn.stale


def test_speaking_again_before_the_caller_ended_is_stale() -> None:
    far = track_of(8, (1.0, speechlike(2.2, 1)), (3.9, speechlike(1, 2)))
    (turn,) = interruptions([LineSpan("a", 3.0 * 8000, 4.5 * 8000)], far)
    assert turn.stale and turn.resumed_before_caller_ended


def test_an_agent_that_never_stops_has_no_stop_time() -> None:
    far = track_of(4, (1.0, speechlike(3, 1)))
    (turn,) = interruptions([LineSpan("a", 2.0 * 8000, 3.0 * 8000)], far)
    assert turn.far_was_speaking and turn.stop_ms is None


def test_an_echo_is_timed_piece_by_piece() -> None:
    sent = track_of(3, (0.5, noise()))
    quiet = (noise() * 0.5).astype(np.int16)
    heard = track_of(3, (0.5425, quiet[:4000]), (1.06, quiet[4000:]))
    delays = echo_delays_ms(sent, heard, LineSpan("noise", 4000, 11999))
    assert delays[:4] == [42.5] * 4
    assert delays[-4:] == [60.0] * 4


def test_no_echo_is_no_delay() -> None:
    assert echo_delays_ms(track_of(3, (0.5, noise())), track_of(3), LineSpan("noise", 4000, 11999)) == []


def test_correlation_ignores_silence() -> None:
    score, _ = locate(speechlike(0.5, 1), np.zeros(16000, np.int16))
    assert score == 0


def received(rows: list[tuple[float, int, int, int]]) -> Reception:
    out = Reception()
    for at_ms, sequence, timestamp, ssrc in rows:
        out.add(int(at_ms * MS), False, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return out


BASE = [(20.0 * i, 65500 + i, 4294960000 + 160 * i, 1) for i in range(1000)]


def test_a_clean_stream_across_both_wraps_loses_nothing() -> None:
    out = received(BASE)
    assert (out.received, out.lost, out.reordered, out.jitter_ms) == (1000, 0, 0, 0.0)


def test_loss_duplicates_and_reordering_are_told_apart() -> None:
    assert received([p for i, p in enumerate(BASE) if i % 100 != 50]).lost == 10
    twice = received([*BASE[:500], BASE[499], *BASE[500:]])
    assert (twice.duplicates, twice.lost) == (1, 0)
    swapped = [*BASE[:300], BASE[301], BASE[300], *BASE[302:]]
    out = received(swapped)
    assert (out.reordered, out.lost) == (1, 0)


def test_a_new_source_is_not_loss() -> None:
    out = received([*BASE[:400], *((a, s + 9000, t + 77, 2) for a, s, t, _ in BASE[400:])])
    assert (out.ssrc_changes, out.lost) == (1, 0)


def test_jitter_follows_rfc_3550() -> None:
    out = received([(a + (5 if i % 2 else 0), s, t, 1) for i, (a, s, t, _) in enumerate(BASE)])
    assert out.jitter_ms == pytest.approx(5, abs=0.05)
    assert percentile([abs(e) for e in out.interval_errors], 99) == pytest.approx(5, abs=0.01)


def test_percentiles() -> None:
    assert percentile([], 50) is None
    assert percentile([3.0, 1.0, 2.0, 4.0], 50) == 2.5
    assert percentile([1.0, 2.0], 100) == 2.0


def test_lateness_is_against_the_streams_own_best_schedule() -> None:
    late = [0.0, 3.0, 0.0, 0.0, -1.0, 0.0]
    out = received([(100 + 20 * i + late[i], i, 160 * i, 1) for i in range(6)])
    assert lateness_ms(out.interval_errors) == pytest.approx([1, 4, 1, 1, 0, 1], abs=1e-4)


def test_a_stream_that_moved_within_its_20_ms_is_late_for_a_second_at_most() -> None:
    moved = [(20.0 * i + (10 if i >= 70 else 0), i, 160 * i, 1) for i in range(200)]
    late = lateness_ms(received(moved).interval_errors)
    assert late[70:100] == pytest.approx([10.0] * 30, abs=1e-3)
    assert late[:70] + late[100:] == pytest.approx([0.0] * 170, abs=1e-3)
