"""What `voiceforge doctor` finds on a machine, against real sockets and folders."""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediaserver.config import Settings, load
from mediaserver.diagnosis import checks

HOST = "127.0.0.77"
"""An address of our own, so that nothing else of this machine holds its ports."""


@pytest.fixture
def udp() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind((HOST, 0))
        yield held


@pytest.fixture
def tcp() -> Iterator[socket.socket]:
    with socket.socket() as held:
        held.bind((HOST, 0))
        held.listen()
        yield held


def settings(**sections: dict[str, object]) -> Settings:
    return load(overrides=sections)


def test_a_port_that_is_held_names_the_process_and_the_way_out(udp: socket.socket) -> None:
    number = udp.getsockname()[1]
    finding = checks.port("sip udp", "sip.port", socket.SOCK_DGRAM, HOST, number)
    assert finding.fatal
    assert f"process {os.getpid()}" in finding.detail
    assert "VOICEFORGE_SIP__PORT=" in finding.mend


def test_a_listening_tcp_port_is_held_and_a_free_one_is_not(tcp: socket.socket) -> None:
    number = tcp.getsockname()[1]
    assert checks.port("http", "http.port", socket.SOCK_STREAM, HOST, number).fatal
    tcp.close()
    assert checks.port("http", "http.port", socket.SOCK_STREAM, HOST, number).ok


def test_the_other_transport_of_a_held_port_is_free(udp: socket.socket) -> None:
    number = udp.getsockname()[1]
    assert checks.port("sip tcp", "sip.port", socket.SOCK_STREAM, HOST, number).ok


def test_our_own_server_on_the_port_is_no_fault(udp: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_holder", lambda kind, number: checks.Holder(4711, "voiceforge", True))
    finding = checks.port("sip udp", "sip.port", socket.SOCK_DGRAM, HOST, udp.getsockname()[1])
    assert finding.ok
    assert "4711" in finding.detail


def test_an_address_that_is_not_ours_is_said_so() -> None:
    finding = checks.port("http", "http.port", socket.SOCK_STREAM, "192.0.2.1", 8080)
    assert finding.fatal
    assert "http.host" in finding.mend


def test_rtp_ports_all_taken_fail_and_some_taken_do_not(udp: socket.socket) -> None:
    number = udp.getsockname()[1] & ~1
    narrow = settings(rtp={"host": HOST, "port_min": number, "port_max": number + 1})
    assert checks.rtp_ports(narrow).fatal
    usual = settings(rtp={"host": HOST, "port_min": 10000, "port_max": 19999})
    assert checks.rtp_ports(usual).ok


def test_an_rtp_range_too_small_for_the_calls_is_a_warning() -> None:
    small = settings(rtp={"host": HOST, "port_min": 10000, "port_max": 10099}, sip={"max_calls": 400})
    finding = checks.rtp_ports(small)
    assert not finding.ok and not finding.fatal
    assert "50 calls" in finding.detail


def test_too_few_open_files_say_for_how_many_calls_they_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (300, 500))
    finding = checks.open_files(settings(sip={"max_calls": 400}))
    assert not finding.ok and not finding.fatal
    assert "room for 25 calls" in finding.detail
    assert "ulimit -Hn 2000" in finding.mend


def test_who_may_ask_over_http_is_told_with_the_word_on_proxies() -> None:
    assert "set ADMIN_TOKEN before" in checks.http_guard(settings()).detail
    assert checks.http_guard(settings(http={"admin_token": "s3cret"})).detail == "whoever has ADMIN_TOKEN"


def test_a_data_folder_that_is_yet_to_be_made_is_judged_by_its_parent(tmp_path: Path) -> None:
    finding = checks.disk(load(overrides={"data": tmp_path / "a" / "b"}))
    assert not finding.fatal
    assert "GB free" in finding.detail


def test_a_full_disk_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "NEEDED_DISK", 1 << 60)
    finding = checks.disk(load(overrides={"data": tmp_path}))
    assert finding.fatal
    assert "VOICEFORGE_DATA" in finding.mend


@pytest.mark.parametrize(
    ("late_ms", "ok", "words"),
    [
        ([0.1] * 50, True, "good"),
        ([0.1] * 40 + [12.0] * 10, False, "smooth out"),
        ([0.1] * 40 + [60.0] * 10, False, "stutter"),
    ],
)
def test_lateness_has_a_verdict(late_ms: list[float], ok: bool, words: str) -> None:
    finding = checks.lateness(late_ms)
    assert (finding.ok, finding.fatal) == (ok, False)
    assert words in finding.detail


async def test_the_clock_is_measured_on_this_loop() -> None:
    assert "p99" in (await checks.clock(0.1)).detail


def test_every_finding_that_is_not_ok_says_how_to_mend(tmp_path: Path) -> None:
    everything = load(overrides={"data": tmp_path, "sip": {"host": "192.0.2.1"}, "http": {"host": HOST}})
    found = [*checks.ports(everything), checks.python(), checks.processors(), checks.udp_buffers()]
    assert any(finding.fatal for finding in found)
    assert all(finding.mend for finding in found if not finding.ok)
