"""The softphone in a real Chromium: it registers, calls and is called, with audio both ways; hold, transfer,
a lost socket, a second tab, no microphone."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.console.browsing import Watch, axe_violations, opened, signed_in
from tests.console.handset import (
    CLOCK,
    LONG_MS,
    dial,
    extension,
    handset,
    in_call,
    live_calls,
    nothing_is_left,
    press,
    ready,
)
from tests.console.probes import audio, cut_sockets, hears, probed
from tests.console.running import ROOT, RunningServer
from tests.peers.phones import Sipp


@pytest.fixture
def phone(chromium: Browser, console_server: RunningServer) -> Iterator[Page]:
    """The phone of somebody who is signed in, registered."""
    with_probes = probed(signed_in(chromium, console_server))
    page = with_probes.new_page()
    ready(page)
    yield page
    with_probes.close()


def test_a_call_has_audio_both_ways_is_held_and_ends(phone: Page, console_server: RunningServer) -> None:
    watch = Watch(phone)
    dial(phone, "echo")
    in_call(phone)
    hears(phone)  # our own beeps: they went there and came back
    press(phone, "Mute")
    expect(phone.get_by_role("button", name="Unmute")).to_be_visible()
    press(phone, "Unmute")
    press(phone, "Hold")
    expect(handset(phone)).to_contain_text("On hold", timeout=LONG_MS)
    press(phone, "Resume")
    expect(handset(phone)).not_to_contain_text("On hold", timeout=LONG_MS)
    hears(phone, audio(phone)["energy"])
    expect(handset(phone)).to_contain_text("MOS", timeout=LONG_MS)
    press(phone, "Hang up")
    expect(handset(phone)).to_contain_text("Call ended")
    nothing_is_left(phone, console_server)
    expect(phone.get_by_role("button", name="Dial echo").first).to_be_visible(timeout=LONG_MS)
    assert watch.faults == []


def test_what_an_agent_says_and_hears_is_read_while_it_is_said(phone: Page) -> None:
    dial(phone, "demo")
    in_call(phone)
    expect(phone.get_by_text("Hello, this is the room desk.")).to_be_visible(timeout=LONG_MS)
    press(phone, "Keypad")
    press(phone, "5 JKL")
    expect(phone.get_by_text("5 is not possible here")).to_be_visible(timeout=LONG_MS)
    press(phone, "Hang up")


def test_nobody_there_is_said_in_words(phone: Page) -> None:
    dial(phone, "nobody-of-this-name")
    expect(handset(phone).get_by_role("alert")).to_contain_text(
        "There is no nobody-of-this-name", timeout=LONG_MS
    )
    press(phone, "Close")
    expect(phone.get_by_role("combobox", name="Number or name")).to_be_visible()


@pytest.mark.slow
def test_sipp_calls_the_phone_and_is_answered_on_another_page(
    phone: Page, console_server: RunningServer, tmp_path: Path
) -> None:
    called = extension(phone)
    phone.get_by_role("link", name="Settings").first.click()
    sipp = Sipp(
        tmp_path, "uac_media", "-s", called, "-d", "6000", host="127.0.0.52", target=console_server.sip
    )
    try:
        ring = phone.get_by_role("alertdialog", name=re.compile("is calling"))
        expect(ring).to_contain_text("peer", timeout=LONG_MS)
        ring.get_by_role("button", name="Answer").click()
        dock = phone.get_by_role("complementary", name="Phone")
        expect(dock).to_contain_text(CLOCK, timeout=LONG_MS)
        hears(phone)  # SIPp's tone
        assert audio(phone)["sent"] > 0
        sipp.ends_well()  # it hangs up
        expect(dock).to_contain_text("Call ended", timeout=LONG_MS)
    finally:
        sipp.close()
    nothing_is_left(phone, console_server)


@pytest.mark.slow
def test_a_call_outlives_a_lost_socket(phone: Page, console_server: RunningServer) -> None:
    dial(phone, "echo")
    in_call(phone)
    hears(phone)
    cut_sockets(phone)
    expect(handset(phone)).to_contain_text("Reconnecting", timeout=LONG_MS)
    expect(handset(phone)).to_contain_text("Ready", timeout=LONG_MS)
    in_call(phone)
    hears(phone, audio(phone)["energy"])
    assert live_calls(console_server) == 1, "it is the same call"
    press(phone, "Hang up")
    nothing_is_left(phone, console_server)


@pytest.fixture
def colleague(chromium: Browser, console_server: RunningServer) -> Iterator[Page]:
    """The phone of somebody else, who is signed in with a key."""
    wanted = {"name": "a colleague", "scopes": ["calls:read", "calls:write"]}
    made = console_server.ask("POST", "/api/keys", wanted)
    context = probed(opened(chromium, console_server))
    context.request.post("/api/console/sessions", headers={"Authorization": f"Bearer {made['key']}"})
    page = context.new_page()
    ready(page)
    yield page
    context.close()
    console_server.ask("DELETE", f"/api/keys/{made['id']}")


@pytest.fixture
def caller(phone: Page, console_server: RunningServer, tmp_path: Path) -> Iterator[Sipp]:
    """SIPp has called the phone, was answered, and sends a tone for a while."""
    target = console_server.sip
    sipp = Sipp(
        tmp_path, "uac_media", "-s", extension(phone), "-d", "15000", host="127.0.0.53", target=target
    )
    phone.get_by_role("button", name="Answer").click(timeout=LONG_MS)
    in_call(phone)
    yield sipp
    sipp.close()


@pytest.mark.slow
def test_a_caller_is_handed_on_without_a_word(
    phone: Page, colleague: Page, caller: Sipp, console_server: RunningServer
) -> None:
    press(phone, "Transfer")
    phone.get_by_role("dialog").get_by_role("combobox").fill(extension(colleague))
    phone.keyboard.press("Enter")
    press(phone, "Transfer now")
    colleague.get_by_role("button", name="Answer").click(timeout=LONG_MS)
    in_call(colleague)
    hears(colleague)  # the caller's tone
    expect(handset(phone)).to_contain_text("Call ended", timeout=LONG_MS)
    caller.ends_well()
    nothing_is_left(phone, console_server)


@pytest.mark.slow
def test_a_caller_is_handed_on_to_an_agent(phone: Page, caller: Sipp, console_server: RunningServer) -> None:
    press(phone, "Transfer")
    phone.get_by_role("dialog").get_by_role("combobox").fill("demo")
    phone.keyboard.press("Enter")
    press(phone, "Transfer now")
    expect(handset(phone)).to_contain_text("Call ended", timeout=LONG_MS)
    (call,) = console_server.ask("GET", "/api/telephony/calls?state=live")["items"]
    for _ in range(100):
        lines = console_server.ask("GET", f"/api/telephony/calls/{call['id']}")["transcript"]
        if any("room desk" in line["text"] for line in lines):
            break
        phone.wait_for_timeout(100)
    else:
        raise AssertionError("the agent says nothing to the caller")
    caller.ends_well()
    nothing_is_left(phone, console_server)


@pytest.mark.slow
def test_why_a_transfer_was_refused_is_said_in_the_servers_words(phone: Page, caller: Sipp) -> None:
    press(phone, "Transfer")
    phone.get_by_role("dialog").get_by_role("combobox").fill("nobody-of-this-name")
    phone.keyboard.press("Enter")
    press(phone, "Transfer now")
    said = handset(phone).get_by_role("alert")
    expect(said).to_contain_text("The transfer did not work", timeout=LONG_MS)
    expect(said).to_contain_text("sip.allowed_targets")
    expect(said).to_contain_text("You are still connected.")
    in_call(phone)
    press(phone, "Hang up")


@pytest.mark.slow
def test_a_caller_is_handed_on_after_a_word(
    phone: Page, colleague: Page, caller: Sipp, console_server: RunningServer
) -> None:
    press(phone, "Add call")
    dial(phone, extension(colleague))
    colleague.get_by_role("button", name="Answer").click(timeout=LONG_MS)
    in_call(colleague)
    in_call(phone)
    expect(handset(phone)).to_contain_text("On hold", timeout=LONG_MS)  # the caller waits
    before = audio(colleague)["energy"]
    phone.get_by_role("button", name=re.compile("^Connect peer with")).click()
    hears(colleague, before)
    expect(handset(phone)).to_contain_text("Call ended", timeout=LONG_MS)
    expect(handset(colleague).get_by_role("status").filter(has_text=CLOCK)).to_be_visible()
    caller.ends_well()
    nothing_is_left(phone, console_server)


@pytest.mark.slow
def test_one_tab_has_the_phone_and_another_can_take_it(phone: Page) -> None:
    second = phone.context.new_page()
    second.goto("/phone")
    expect(handset(second)).to_contain_text("The phone is open in another tab", timeout=LONG_MS)
    press(second, "Use it here")
    expect(handset(second)).to_contain_text("Ready", timeout=LONG_MS)
    expect(handset(phone)).to_contain_text("The phone is open in another tab", timeout=LONG_MS)
    second.close()
    expect(handset(phone)).to_contain_text("Ready", timeout=LONG_MS)


@pytest.mark.parametrize(
    ("exception", "said"),
    [("NotAllowedError", "The microphone is not permitted"), ("NotFoundError", "No microphone found")],
)
def test_a_microphone_that_cannot_be_had_is_said_in_words(
    stranger: BrowserContext, exception: str, said: str
) -> None:
    stranger.add_init_script(
        f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{exception}'))"
    )
    page = stranger.new_page()
    ready(page)
    dial(page, "demo")
    expect(handset(page).get_by_role("alert")).to_contain_text(said, timeout=LONG_MS)


def test_a_visitor_of_this_machine_calls_the_demo_without_signing_in(
    chromium: Browser, console_server: RunningServer
) -> None:
    context = probed(opened(chromium, console_server))
    page = context.new_page()
    ready(page)
    dial(page, "demo")
    in_call(page)
    hears(page)
    page.close(run_before_unload=False)  # the page is left in mid-call
    context.close()


@pytest.fixture
def carrier(console_server: RunningServer) -> Iterator[socket.socket]:
    """Where the calls of a trunk for +999 arrive."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(20)
        trunk = {
            "name": "far", "host": "127.0.0.1", "port": peer.getsockname()[1], "prefixes": ["+999"],
        }  # fmt: skip
        console_server.ask("POST", "/api/telephony/trunks", trunk)
        yield peer
        console_server.ask("DELETE", "/api/telephony/trunks/far?force=true")


def invited(peer: socket.socket) -> tuple[str, tuple[str, int]]:
    """The first INVITE that comes, and from where."""
    while True:
        message, source = peer.recvfrom(65_535)
        if message.startswith(b"INVITE "):
            return message.decode(), source


def answered_busy(invite: str) -> bytes:
    kept = [
        line
        for line in invite.split("\r\n")
        if line.lower().startswith(("via:", "from:", "call-id:", "cseq:", "record-route:"))
    ]
    (to,) = (line for line in invite.split("\r\n") if line.lower().startswith("to:"))
    return "\r\n".join(
        ["SIP/2.0 486 Busy Here", *kept, f"{to};tag=far", "Content-Length: 0", "", ""]
    ).encode()


def test_a_number_elsewhere_is_called_by_a_trunk_as_one_of_ours(
    phone: Page, console_server: RunningServer, carrier: socket.socket
) -> None:
    phone.get_by_label("Shown to them as").first.select_option("+12125550195")
    dial(phone, "+999 2125550100")
    invite, source = invited(carrier)
    assert "sip:+9992125550100@" in invite.split("\r\n")[0]
    shown = [line for line in invite.split("\r\n") if line.lower().startswith(("from:", "p-asserted"))]
    assert len(shown) == 2 and all("sip:+12125550195@" in line for line in shown), shown
    carrier.sendto(answered_busy(invite), source)
    expect(handset(phone)).to_contain_text("busy", timeout=LONG_MS)
    nothing_is_left(phone, console_server)


def test_a_tag_for_ones_own_site_is_made(phone: Page) -> None:
    press(phone, "For your site")
    dialog = phone.get_by_role("dialog", name="A call button for your site")
    dialog.get_by_label("Your site").fill("shop")
    expect(dialog.get_by_role("button", name="Make the tag")).to_be_disabled()
    assert axe_violations(phone, ROOT) == []
    dialog.get_by_label("Your site").fill("https://shop.example.com/")
    dialog.get_by_role("button", name="Make the tag").click()
    expect(dialog.locator("pre")).to_contain_text('<voiceforge-phone token="vfc_')
