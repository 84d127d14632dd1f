"""The figures of a benchmark as tables for people, each beside its target.

It prints what it is given; it must never round a miss into a hit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.table import Table

from cli.terminal import console

Figures = dict[str, Any]

TARGETS = {
    "voice_to_voice_ms": {"p50": 200.0, "p95": 250.0},
    "barge_in_stop_ms": {"p95": 180.0},
    "barge_in_clear_ms": {"p95": 120.0},
    "echo_path_ms": {"p50": 45.0},
}
LATER_MS = {"webrtc": 80.0, "twilio": 30.0}
"""Voice to voice by another way, more than by SIP on the same server."""
WAYS = {"webrtc": "WebRTC", "twilio": "a media stream"}
LATE_P99_MS = 5.0
KB_PER_CALL = 150.0
TITLES = {
    "voice_to_voice_ms": "voice to voice",
    "barge_in_stop_ms": "barge-in: stopped after",
    "barge_in_clear_ms": "barge-in: provider's buffer emptied after",
    "echo_path_ms": "echo path",
    "post_dial_delay_ms": "post-dial delay",
    "setup_ms": "INVITE to answer",
    "answer_to_first_packet_ms": "answer to first packet",
    "answer_to_first_audio_ms": "answer to first audio",
}
WEBRTC_TITLES = {"setup_ms": "offer to keys", "answer_to_first_packet_ms": "keys to first packet",
                 "answer_to_first_audio_ms": "keys to first audio"}  # fmt: skip
STREAM_TITLES = {"setup_ms": "webhook to stream", "answer_to_first_packet_ms": "stream to first packet",
                 "answer_to_first_audio_ms": "stream to first audio"}  # fmt: skip
OTHER_TITLES = {"webrtc": WEBRTC_TITLES, "twilio": STREAM_TITLES}
"""What a call by another way than SIP calls otherwise."""
COLUMNS = ("p50", "p95", "max")


def print_latency(found: Figures) -> None:
    out = console()
    table = Table(title=f"{found['target']}: milliseconds on the wire, {found['calls']} calls")
    table.add_column("figure")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    table.add_column("n", justify="right")
    table.add_column("target")
    others = OTHER_TITLES.get(found["over"])  # their target is how far they are from SIP
    for key, title in (TITLES | (others or {})).items():
        if key == "barge_in_clear_ms" and not found[key]["n"]:
            continue
        own = key == "barge_in_clear_ms" or others is None
        spread, target = found[key], TARGETS.get(key, {}) if own else {}
        table.add_row(
            title, *(_cell(spread[c], target.get(c)) for c in COLUMNS), str(spread["n"]), _targets(target)
        )
    out.print(table)
    out.print(
        f"turns without an answer: {found['turns_unanswered']}, spoken over: {found['turns_overlapped']}"
    )
    out.print(
        f"barge-in: never stopped {found['barge_ins_never_stopped']}, stale audio afterwards "
        f"{found['barge_ins_stale']}; packets lost {found['lost_packets']}"
    )
    if found["barge_ins_never_cleared"]:
        out.print(f"what a provider held was never dropped: {found['barge_ins_never_cleared']} times")
    if found["server_parts_ms"]:
        parts = (f"{name} {spread['p50']:.0f}" for name, spread in found["server_parts_ms"].items())
        out.print(f"by the server's own account (p50): {', '.join(parts)}")
    if found["server_ready_s"] is not None:
        out.print(f"server ready after {found['server_ready_s']} s")
    _clock(found["clock"])


def compared(sip: Figures, other: Figures) -> Figures:
    """How much later answers come by another way than by SIP, in ms; None where one has no answers."""
    found: Figures = {}
    for name in ("p50", "p95"):
        ours, theirs = sip["voice_to_voice_ms"][name], other["voice_to_voice_ms"][name]
        found[name] = None if ours is None or theirs is None else round(theirs - ours, 3)
    known = [value for value in found.values() if value is not None]
    over, target = other["over"], LATER_MS[other["over"]]
    return {
        f"{over}_later_ms": found,
        "target_ms": target,
        "met": len(known) == len(found) and max(known) <= target,
    }


def print_compared(found: Figures) -> None:
    over = next(over for over in LATER_MS if f"{over}_later_ms" in found)
    target = found["target_ms"]
    later = ", ".join(
        f"{name} {_cell(value, target)} ms" for name, value in found[f"{over}_later_ms"].items()
    )
    verdict = "[green]met[/]" if found["met"] else "[red]missed[/]"
    console().print(f"voice to voice, {WAYS[over]} later than SIP: {later} (target ≤ {target:g}): {verdict}")


def print_capacity(result: Figures) -> None:
    out = console()
    runs = result["runs"]
    table = Table(title="calls to the echo with voice detection, the server on one core")
    table.add_column("figure")
    for run in runs:
        table.add_column(f"{run['calls']} calls", justify="right")
    table.add_column("target")
    rows: tuple[tuple[str, Callable[[Figures], str], str], ...] = (
        ("answered", lambda r: str(r["answered"]), "all"),
        ("packets lost on the way to the caller", lambda r: str(r["lost_to_caller"]), "0"),
        ("packets never sent", lambda r: str(r["frames_not_sent"]), "0"),
        ("packets lost on the way to the server", lambda r: str(r["lost_to_server"]), "0"),
        ("send lateness p50, ms", lambda r: _cell(r["late_ms"]["p50"], None), ""),
        ("send lateness p99, ms", lambda r: _cell(r["late_ms"]["p99"], LATE_P99_MS), f"≤ {LATE_P99_MS:g}"),
        ("send lateness max, ms", lambda r: _cell(r["late_ms"]["max"], None), ""),
        (
            "media clock late p99, ms (server's own)",
            lambda r: _cell(r["server_tick_late_ms"]["p99"], None),
            "",
        ),
        ("CPU of the server process", lambda r: f"{r['server_cpu_share']:.0%}", ""),
        ("CPU with workers and database", lambda r: f"{r['core_cpu_share']:.0%}", ""),
        ("KB per call", lambda r: _cell(r["kb_per_call"], KB_PER_CALL), f"≤ {KB_PER_CALL:g}"),
        ("INVITE to answer p95, ms", lambda r: _cell(r["setup_ms"]["p95"], None), ""),
        ("calls set up per second", lambda r: str(r["setup_per_s"]), ""),
        ("verdict", lambda r: "[green]held[/]" if r["passed"] else "[red]failed[/]", ""),
    )
    for title, show, target in rows:
        table.add_row(title, *map(show, runs), target)
    out.print(table)
    for run in runs:
        for reason in run["failed"]:
            out.print(f"{run['calls']} calls: {reason}")
    if not all(run["cores_apart"] for run in runs):
        out.print("[yellow]only one core here: callers and server shared it[/]")
    _clock(runs[-1]["clock"])


def _cell(value: float | None, target: float | None) -> str:
    if value is None:
        return "-"
    if target is None:
        return f"{value:.1f}"
    return f"[{'green' if value <= target else 'red'}]{value:.1f}[/]"


def _targets(target: dict[str, float]) -> str:
    return ", ".join(f"{name} ≤ {value:g}" for name, value in target.items())


def _clock(clock: Figures) -> None:
    out = console()
    if clock.get("trusted"):
        out.print(f"own clock: packets left {clock['send_late_p99_ms']} ms late at p99")
    else:
        out.print(
            "[yellow]this machine is too busy to measure: own packets left "
            f"{clock['send_late_p99_ms']} ms late at p99 (5 is the limit). "
            "Stop other programs and measure again.[/]"
        )
