"""Writes a played case down for people: what both sides sent as a stereo WAV, and what happened when."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from callers.cases.evidence import Evidence
from callers.cases.verdict import Measured
from callers.sound import save_stereo
from mediaserver.printable import printable


def file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.+-]+", "-", name).strip("-")


def keep(folder: Path, evidence: Evidence, measured: Measured) -> None:
    """NAME.wav (the caller on the left) and NAME.txt in `folder`."""
    base = folder / file_name(evidence.case.name)
    length = min(len(evidence.near), len(evidence.far))
    save_stereo(f"{base}.wav", evidence.near[:length], evidence.far[:length])
    Path(f"{base}.txt").write_text("\n".join([*account(evidence), *verdict(measured)]) + "\n")


def account(evidence: Evidence) -> list[str]:
    """What happened, a line each, with its second."""
    lines: list[tuple[float, str]] = [
        (p.first_ms, f"CALLER {p.name!r} until {p.last_ms / 1000:.2f}" + (f" ({p.fate})" if p.fate else ""))
        for p in evidence.played
    ]
    lines += [(ms, "CALLER presses keys") for ms in evidence.pressed_ms]
    for told in evidence.told:
        shown = ", ".join(f"{k} {v}" for k, v in told.data.items() if k not in ("call", "at"))
        lines.append((told.at_ms, f"{told.kind}: {shown}"))
    return [f"{ms / 1000:7.2f} {printable(text)}" for ms, text in sorted(lines, key=lambda line: line[0])]


def verdict(measured: Measured) -> list[str]:
    figures = [f"booking {measured.booking}"] if measured.booking else []
    for name in ("voice_to_voice_ms", "duck_ms", "stop_ms", "back_ms", "silence_ms"):
        if values := getattr(measured, name):
            figures.append(f"{name} {', '.join(f'{v:.0f}' for v in values)}")
    figures.append(f"dead air {np.round(measured.dead_air_ms)} ms")
    return [*figures, *(f"FAILED {why}" for why in measured.failures)] or ["passed"]
