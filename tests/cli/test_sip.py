"""`voiceforge sip trace` asks the running server, and shows what strangers wrote as text."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from cli.main import main
from mediaserver.key_file import write_key
from tests.api.desk import Desk
from tests.api.test_sip_trace import converse, traced
from tests.sip.tracing.packets import read

CALL = UUID("3f2a9c1e-0000-4000-8000-000000000000")


@pytest.fixture
async def running(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Desk]:
    """A server that the command finds."""
    desk = Desk()
    await desk.start()
    write_key(tmp_path, desk.secret)
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path))
    monkeypatch.setenv("VOICEFORGE_HTTP__PORT", str(desk.client.port))
    yield desk
    await desk.stop()


async def command(*words: str) -> int:
    return await asyncio.to_thread(main, ["sip", "trace", *words])


async def test_a_call_is_shown_as_a_ladder(running: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    converse(traced(running), CALL)
    assert await command("--call", str(CALL).upper()) == 0
    out = capsys.readouterr().out
    assert "192.0.2.7:5060 UDP" in out and "- INVITE -" in out and "\\x1b[31mOK" in out and "\x1b" not in out
    assert await command("--call", str(CALL), "--full") == 0
    assert "CSeq: 1 INVITE" in capsys.readouterr().out
    assert await command("--call", str(CALL), "--json") == 0
    assert json.loads(capsys.readouterr().out)["call"] == str(CALL)


async def test_the_latest_messages_are_shown_one_a_line(
    running: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    converse(traced(running), CALL)
    assert await command() == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.endswith("[3f2a9c1e] <- 192.0.2.7:5060 UDP  INVITE")
    assert second.endswith("[3f2a9c1e] -> 192.0.2.7:5060 UDP  200 \\x1b[31mOK (INVITE)")
    assert third.endswith(" <- 198.51.100.9:5062 TCP  OPTIONS") and "[" not in third
    assert await command("--peer", "198.51.100.9", "--full", "--method", "OPTIONS") == 0
    assert "    Call-ID: two" in capsys.readouterr().out
    assert await command("--json") == 0
    assert len(json.loads(capsys.readouterr().out)["messages"]) == 3


async def test_messages_are_followed_until_the_server_stops(
    running: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    tracer = traced(running)
    following = asyncio.create_task(command("--follow", "--json", "--method", "OPTIONS"))
    async with asyncio.timeout(10):
        while not tracer.onlookers:  # noqa: ASYNC110 - nobody is told when it has connected
            await asyncio.sleep(0.01)
    converse(tracer, uuid4())
    converse(tracer, uuid4())
    tracer.stop()
    assert await asyncio.wait_for(following, 10) == 0
    told = capsys.readouterr()
    lines = [json.loads(line)["label"] for line in told.out.splitlines()]
    assert lines == ["OPTIONS"] * 2 and "Ctrl-C" in told.err


async def test_packets_are_written_for_their_owner_alone(
    running: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    converse(traced(running), CALL)
    file = tmp_path / "call.pcapng"
    assert await command("--call", str(CALL), "--pcap", str(file)) == 0
    assert len(read(file.read_bytes()).packets) == 2 and file.stat().st_mode & 0o777 == 0o600
    assert f"{file.stat().st_size} bytes are in" in capsys.readouterr().err
    assert await command("--call", str(CALL), "--pcap", str(file)) == 1
    assert "is there already" in capsys.readouterr().err
    assert await command("--call", str(CALL), "--pcap", str(tmp_path / "no" / "file")) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--call", "12345678"), "no live or recent call begins with '12345678'"),
        (("--call", "\x1b" * 36), "no live or recent call begins with"),
        (("--call", str(CALL)), "says 404: No SIP messages are kept of such a call"),
        (("--pcap", "x"), "name it with --call"),
        (("--call", str(CALL), "--pcap", "x"), "says 404"),
        (("--call", str(CALL), "--pcap", "x", "--seconds", "601"), "says 400: seconds is a number"),
        (("--call", str(CALL), "--peer", "x"), "leave out --call"),
    ],
)
async def test_what_is_not_there_is_one_line(
    running: Desk, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    traced(running)
    assert await command(*words) == 1
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and "\x1b" not in error


def test_without_a_server_it_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEFORGE_HTTP__PORT", "1")
    for words in ([], ["--follow"], ["--call", str(CALL)]):
        assert main(["sip", "trace", *words]) == 1
        assert "no server answers at http://127.0.0.1:1" in capsys.readouterr().err
