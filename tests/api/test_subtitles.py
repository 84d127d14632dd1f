"""Subtitle files of lines with times."""

from __future__ import annotations

from api.subtitles import SubtitleCue, srt, vtt

CUES = [
    SubtitleCue(61_500, 62_000, "to <b>B&B</b>\n\nplease --> now", "caller"),
    SubtitleCue(0, 900, "Hello, where?", "agent"),
    SubtitleCue(3_600_007, 3_600_007, "bye"),
    SubtitleCue(5, 9, "  "),
]


def test_subrip_is_numbered_in_the_order_of_time_and_no_text_ends_a_cue() -> None:
    assert srt(CUES) == (
        "1\n00:00:00,000 --> 00:00:00,900\nagent: Hello, where?\n\n"
        "2\n00:01:01,500 --> 00:01:02,000\ncaller: to <b>B&B</b> please -> now\n\n"
        "3\n01:00:00,007 --> 01:00:00,008\nbye\n"
    )


def test_webvtt_says_who_speaks_and_takes_no_text_for_markup() -> None:
    assert vtt(CUES) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.900\n<v agent>Hello, where?\n\n"
        "00:01:01.500 --> 00:01:02.000\n<v caller>to &lt;b&gt;B&amp;B&lt;/b&gt; please --&gt; now\n\n"
        "01:00:00.007 --> 01:00:00.008\nbye\n"
    )


def test_times_before_the_answer_are_its_beginning() -> None:
    assert "00:00:00,000 --> 00:00:00,001" in srt([SubtitleCue(-500, -400, "early")])
    assert vtt([]) == "WEBVTT\n"
