"""Lines with times as subtitle files: SubRip, and WebVTT (W3C). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LEAST_MS = 1
"""A cue that ends before it begins (a word that was cut off at once) is shown so long."""
_VTT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True, slots=True)
class SubtitleCue:
    """One line of text, from when to when."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""


def srt(cues: Iterable[SubtitleCue]) -> str:
    """SubRip: numbered cues; who speaks stands before the words."""
    written = []
    for number, cue in enumerate(_ordered(cues), 1):
        said = _one_line(cue.text).replace("-->", "->")
        text = f"{_one_line(cue.speaker)}: {said}" if cue.speaker else said
        written.append(f"{number}\n{_time(cue.start_ms, ',')} --> {_time(_end(cue), ',')}\n{text}\n")
    return "\n".join(written)


def vtt(cues: Iterable[SubtitleCue]) -> str:
    """WebVTT: who speaks is a voice span (W3C WebVTT 3.2.2)."""
    written = ["WEBVTT\n"]
    for cue in _ordered(cues):
        text = _one_line(cue.text).translate(_VTT)
        if cue.speaker:
            text = f"<v {_one_line(cue.speaker).translate(_VTT)}>{text}"
        written.append(f"{_time(cue.start_ms, '.')} --> {_time(_end(cue), '.')}\n{text}\n")
    return "\n".join(written)


def _ordered(cues: Iterable[SubtitleCue]) -> list[SubtitleCue]:
    """By their beginnings, as both formats want them; without those that say nothing."""
    return sorted((cue for cue in cues if cue.text.strip()), key=lambda cue: cue.start_ms)


def _end(cue: SubtitleCue) -> int:
    return max(cue.end_ms, max(cue.start_ms, 0) + LEAST_MS)


def _one_line(text: str) -> str:
    """An empty line would end the cue."""
    return " ".join(text.split())


def _time(ms: int, comma: str) -> str:
    seconds, rest = divmod(max(ms, 0), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{comma}{rest:03}"
