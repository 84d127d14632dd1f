"""Calls from SIPp, which shares nothing with us: media, hold, cancel at every stage, DTMF, fifty at once."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaserver.codecs import PCMU
from tests.peers.conftest import ServerProcess, need

pytestmark = pytest.mark.peer

SCENARIOS = Path(__file__).parent / "sipp"
_ports = itertools.count(6200, 10)

Sipp = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def sipp(server: ServerProcess, tmp_path: Path) -> Sipp:
    """Runs a scenario against the server and returns when SIPp has ended; fails unless all calls did well."""
    program = need("sipp")
    t = np.arange(16000) / 8000
    tone = (8000 * np.sin(2 * np.pi * 440 * t) * (t % 0.5 < 0.4)).astype(np.int16)
    (tmp_path / "tone.ul").write_bytes(PCMU.encode(tone).tobytes())

    def run(
        scenario: str, user: str, *options: str, limit_s: float = 60, host: str = "127.0.0.42"
    ) -> subprocess.CompletedProcess[str]:
        port = next(_ports)
        done = subprocess.run(
            [
                program, server.sip, "-sf", str(SCENARIOS / f"{scenario}.xml"), "-s", user,
                "-i", host, "-p", str(port), "-mi", host, "-mp", str(port + 2),
                "-m", "1", "-nostdin", "-timeout", f"{limit_s:.0f}s", "-timeout_error",
                "-trace_err", "-error_file", str(tmp_path / "errors.log"), *options,
            ],
            cwd=tmp_path, capture_output=True, text=True, timeout=limit_s + 10,
        )  # fmt: skip
        errors = tmp_path / "errors.log"
        said = errors.read_text(errors="replace")[-3000:] if errors.exists() else ""
        assert done.returncode == 0, f"SIPp ended with {done.returncode}: {said}\n{done.stdout[-1500:]}"
        return done

    return run


def newest(server: ServerProcess, app: str, known: set[str]) -> dict[str, Any]:
    """The one call of this app that was not there before, once it has ended."""

    def ended() -> dict[str, Any] | None:
        fresh = [c for c in server.calls() if c["app"] == app and c["id"] not in known]
        return fresh[0] if fresh and fresh[0]["state"] == "ended" else None

    found: dict[str, Any] = server.wait_for(f"a finished {app} call", ended)
    return found


def ids(server: ServerProcess) -> set[str]:
    return {call["id"] for call in server.calls()}


@pytest.mark.parametrize("transport", ["u1", "t1"], ids=["udp", "tcp"])
def test_call_with_media_comes_back_without_loss(server: ServerProcess, sipp: Sipp, transport: str) -> None:
    before = ids(server)
    sipp("uac_media", "echo", "-t", transport, "-d", "1500")
    call = newest(server, "echo", before)
    assert call["why"] == "hung up" and call["ended_by"] == "caller"
    leg = server.get(f"/api/telephony/calls/{call['id']}")["legs"][0]
    assert leg["stats"]["packets"] >= 60
    assert leg["stats"]["lost"] == 0


def test_hold_and_resume_are_answered(server: ServerProcess, sipp: Sipp) -> None:
    sipp("uac_hold", "echo")


def test_delayed_offer_is_answered_with_an_offer(server: ServerProcess, sipp: Sipp) -> None:
    sipp("uac_delayed_offer", "echo")


def test_digits_arrive_once_each_and_in_order(server: ServerProcess, sipp: Sipp) -> None:
    before = ids(server)
    sipp("uac_dtmf", "demo")
    call = newest(server, "demo", before)
    events = server.get(f"/api/telephony/calls/{call['id']}")["events"]
    assert [e["data"]["digit"] for e in events if e["kind"] == "dtmf"] == ["1", "2", "5", "9"]


def test_cancel_after_the_answer_leaves_the_call_up_until_bye(server: ServerProcess, sipp: Sipp) -> None:
    sipp("uac_cancel_late", "echo")


def test_fifty_calls_at_once(server: ServerProcess, sipp: Sipp) -> None:
    before = ids(server)
    sipp("uac_media", "echo", "-m", "50", "-l", "50", "-r", "25", "-d", "3000")
    server.wait_for("the end of all fifty", lambda: not server.get("/api/telephony/calls")["live"])
    fresh = [call for call in server.calls() if call["id"] not in before]
    assert len(fresh) == 50
    assert {call["why"] for call in fresh} == {"hung up"}


@pytest.mark.parametrize("stage", ["early", "ringing"])
def test_cancel_before_the_answer_reaches_the_phone_that_rings(
    server: ServerProcess, sipp: Sipp, tmp_path: Path, stage: str
) -> None:
    """SIPp calls extension 101, a SIPp phone that only rings; the caller gives up."""
    before = ids(server)
    port = next(_ports)
    sipp("uac_register", "101", "-key", "phone", f"127.0.0.43:{port}", "-au", "101", "-ap", "correct-horse")
    phone = subprocess.Popen(
        [
            need("sipp"), "-sf", str(SCENARIOS / "uas_ringing.xml"), "-i", "127.0.0.43", "-p", str(port),
            "-mi", "127.0.0.43", "-m", "1", "-nostdin", "-timeout", "30s", "-timeout_error",
        ],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        sipp(f"uac_cancel_{stage}", "101")
        call = newest(server, "extension", before)
        assert call["why"] == "cancelled before answer"
        output, _ = phone.communicate(timeout=40)
        assert phone.returncode == 0, output.decode()[-1500:]
    finally:
        phone.kill()
        phone.wait()
