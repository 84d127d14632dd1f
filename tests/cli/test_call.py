"""`voiceforge call` and `demo`: options, what the terminal shows, and the judgement of a booking."""

from __future__ import annotations

import argparse
import io
import struct
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from callers.screen import Screen, final_line, latency_line, outcome_line
from callers.transcript import ServerEvent
from cli import call, demo
from cli.main import main


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    call.add_parser(parser.add_subparsers())
    return parser.parse_args(["call", *words])


def test_options_of_a_call() -> None:
    args = parsed("sip:demo@127.0.0.1:5060", "--play", "a.wav", "b.wav", "--digits", "12#", "--seconds", "5")
    assert args.uri == "sip:demo@127.0.0.1:5060"
    assert args.play == ["a.wav", "b.wav"]
    assert (args.digits, args.seconds, args.gap, call._transport(args)) == ("12#", 5.0, 700.0, "udp")
    assert args.codec is None and parsed("sip:x@y", "--codec", "g722").codec == "G722"


@pytest.mark.parametrize(
    ("words", "transport"),
    [
        (("sips:x@y",), "tls"),
        (("sip:x@y;transport=TLS",), "tls"),
        (("sip:x@y", "--ca", "ca.pem"), "tls"),
        (("sip:x@y", "--transport", "tcp"), "tcp"),
    ],
)
def test_a_call_is_encrypted_when_its_address_or_an_authority_says_so(
    words: tuple[str, ...], transport: str
) -> None:
    assert call._transport(parsed(*words)) == transport


def test_an_authority_that_is_none_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    assert main(["call", "sips:demo@127.0.0.1", "--ca", str(tmp_path / "ca.pem")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "ca.pem holds no certificates" in said and "PEM" in said


@pytest.mark.parametrize(
    "words",
    [
        ("mailto:x@y",),
        ("demo",),
        ("sip:",),
        ("sip:x@y", "--digits", "12x"),
        ("sip:x@y", "--seconds", "0"),
        ("sip:x@y", "--transport", "sctp"),
        ("sip:x@y", "--codec", "G729"),
    ],
)
def test_wrong_usage_is_exit_code_2(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parsed(*words)
    assert end.value.code == 2


@pytest.mark.parametrize("rate", [0, 1, 100_000_000])
def test_a_recording_that_cannot_be_played_is_one_line_before_the_phone_rings(
    rate: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = struct.pack("<HHIIHH", 1, 1, rate, rate, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", 1600) + bytes(1600)
    (tmp_path / "odd.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert main(["call", "sip:demo@127.0.0.1:9", "--play", str(tmp_path / "odd.wav")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "cannot play" in said and "unexpected" not in said


def shown(*events: ServerEvent) -> str:
    out = Console(file=io.StringIO(), width=100)
    with Screen(out) as screen:
        for event in events:
            screen.show(event)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def test_a_transcript_on_a_pipe_has_only_finished_lines() -> None:
    text = shown(
        ServerEvent("agent", {"text": "Which office?"}),
        ServerEvent("partial", {"text": "mountain"}),
        ServerEvent("final", {"text": "mountain view", "confidence": 0.91, "understood": True}),
        ServerEvent("heard", {"text": "Which", "interrupted": True}),
        ServerEvent("digit", {"digit": "5"}),
        ServerEvent("something new", {"x": 1}),
        ServerEvent("transfer", {"step": "begun", "to": "101"}),
        ServerEvent("briefing", {"text": "I have a caller."}),
        ServerEvent("transfer", {"step": "returned", "to": "101", "why": "busy"}),
        ServerEvent("ended", {"text": "completed by agent"}),
    )
    assert text.splitlines() == [
        "agent   Which office?",
        "caller  mountain view (91%)",
        "        cut off after: Which",
        "caller  pressed 5",
        "transfer begun",
        "briefing I have a caller.",
        "transfer returned busy",
        "ended   completed by agent",
    ]


def test_text_from_outside_is_never_markup() -> None:
    assert "[red]x[/]" in shown(ServerEvent("agent", {"text": "[red]x[/]"}))


def test_what_the_far_end_says_cannot_act_on_the_terminal() -> None:
    text = shown(
        ServerEvent("agent", {"text": "a\x1b[2J\x9b31m\r\nended   forged \u202egnp"}),
        ServerEvent("outcome", {"flow": "\x1b]0;x\x07", "status": "done"}),
    )
    assert all(line.isprintable() for line in text.splitlines())
    assert text.splitlines()[0] == r"agent   a\x1b[2J\x9b31m\r\nended   forged \u202egnp"
    assert len(text.splitlines()) == 2


def test_what_was_not_understood_says_so() -> None:
    assert final_line({"text": "", "understood": False}) == ("caller  (not understood)", "red")


def test_the_parts_of_a_latency() -> None:
    parts = {"voice_to_voice": 402.4, "endpoint": 260.0, "stt": 31.2, "tts_first_audio": 12.0}
    assert latency_line(parts) == "answered after 402 ms (endpoint 260, stt 31, tts 12)"
    assert latency_line({"endpoint": "?"}) == "latency"


RIGHT: dict[str, Any] = {
    "place": "Mountain View",
    "day": "2026-03-02",
    "time": "14:30",
    "minutes": 30,
    "people": 2,
}


def stored(**wrong: object) -> dict[str, object]:
    """The demo's outcome as the database gives it, with some of it wrong."""
    status = wrong.pop("status", "confirmed")
    return {"flow": "booking", "status": status, "data": RIGHT | wrong}


def test_the_right_booking_has_no_mistakes() -> None:
    assert demo.mistakes(stored(), {"2026-03-02"}) == []
    assert outcome_line(stored()) == (
        "booking confirmed: place Mountain View, day 2026-03-02, time 14:30, minutes 30, people 2"
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("place", "London"),
        ("day", "2026-03-03"),
        ("time", "02:30"),
        ("minutes", 60),
        ("people", 3),
        ("status", "held"),
    ],
)
def test_every_wrong_field_is_found(key: str, value: object) -> None:
    (mistake,) = demo.mistakes(stored(**{key: value}), {"2026-03-02"})
    assert mistake.startswith(key)


def test_nothing_stored_is_a_mistake() -> None:
    assert demo.mistakes(None, {"2026-03-02"}) == ["nothing was stored"]
