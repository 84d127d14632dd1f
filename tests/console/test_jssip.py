"""JsSIP in a real browser, by our WebSocket: registers, calls and is called, with sound both ways.

What the browser plays is told by its own statistics: its microphone beeps, so that energy comes back from
whoever echoes, and none is there where nobody sends.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from mediaserver.errors import DatabaseError
from mediaserver.storage.postgres import EmbeddedPostgres
from tests.console.browsing import CHROMIUM, Watch, start_chromium
from tests.console.running import ROOT, RunningServer

JSSIP = ROOT / "console/node_modules/jssip/lib/JsSIP.js"
ROLLDOWN = ROOT / "console/node_modules/.bin/rolldown"
DRIVER = Path(__file__).with_name("jssip_page.js")
EXTENSIONS = {"101": "the-password-of-101", "102": "the-password-of-102"}
HEARD = 0.02
"""Energy (of RTCInboundRtpStreamStats) of a beep or some words: silence has some 1e-9 a second."""


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory, open_folder: Path) -> Iterator[Phones]:
    if not (CHROMIUM and JSSIP.exists() and ROLLDOWN.exists() and shutil.which("node")):
        pytest.skip("Chromium, Node or console/node_modules is missing here (make console)")
    home = open_folder / "jssip"
    home.mkdir()
    home.chmod(0o755)
    bundle = tmp_path_factory.mktemp("jssip") / "jssip.js"
    made = [str(ROLLDOWN), str(JSSIP), "--format", "iife", "--name", "JsSIP", "-o", str(bundle)]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    database = EmbeddedPostgres(home / "database")
    try:
        dsn = asyncio.run(database.start())
    except DatabaseError as error:
        pytest.skip(f"the embedded PostgreSQL does not start here: {error}")
    try:
        with RunningServer(home, dsn, {"sip.extensions": EXTENSIONS}) as server, sync_playwright() as driver:
            browser = start_chromium(driver)
            yield Phones(server, browser, bundle.read_text() + DRIVER.read_text())
            browser.close()
    finally:
        asyncio.run(database.stop())


class Tab:
    """A page with JsSIP and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.watch = Watch(page, [(404, "/favicon")])

    def begin(self, configuration: dict[str, Any]) -> Tab:
        self.page.evaluate("it => phone.start(it)", configuration)
        self.until("registered")
        return self

    def call(self, target: str) -> int:
        """And be answered; the number of the session."""
        number: int = self.page.evaluate("to => phone.call(to)", f"sip:{target}@localhost")
        self.until(f"{number} confirmed")
        return number

    def take(self) -> int:
        """Answer who calls."""
        self.page.wait_for_function("phone.said.some(it => it.includes(' incoming '))", timeout=15_000)
        number: int = self.page.evaluate("phone.sessions.length - 1")
        self.page.evaluate("number => phone.answer(number)", number)
        self.until(f"{number} confirmed")
        return number

    def until(self, what: str, since: int = 0) -> None:
        """Wait until something was said that begins so."""
        try:
            self.page.wait_for_function(
                "([what, since]) => phone.said.slice(since).some(it => it.startsWith(what))",
                arg=[what, since],
                timeout=20_000,
            )
        except Exception as error:
            raise AssertionError(f"not {what!r}, but {self.said}") from error

    def do(self, number: int, what: str) -> Any:
        """Have a session do something."""
        return self.page.evaluate(f"number => {{ phone.sessions[number].{what}; }}", number)

    def heard(self, number: int) -> dict[str, Any]:
        figures: dict[str, Any] = self.page.evaluate("number => phone.heard(number)", number)
        return figures

    def until_heard(self, number: int, more: float = HEARD) -> None:
        """Wait until so much more sound came."""
        enough = self.heard(number)["energy"] + more
        self.page.wait_for_function(
            "async ([number, enough]) => (await phone.heard(number)).energy > enough",
            arg=[number, enough],
            timeout=20_000,
        )

    def until_codec(self, number: int, codec: str) -> None:
        """Its statistics name it a little later than the first sound."""
        self.page.wait_for_function(
            "async ([number, codec]) => (await phone.heard(number)).codec === codec",
            arg=[number, codec],
            timeout=10_000,
        )

    def until_quiet(self, number: int) -> None:
        """Wait until nothing comes any more."""
        self.page.wait_for_function(
            "async number => { const first = await phone.heard(number); "
            "await new Promise(done => setTimeout(done, 300)); "
            "return (await phone.heard(number)).received === first.received; }",
            arg=number,
            timeout=20_000,
        )

    @property
    def said(self) -> list[str]:
        said: list[str] = self.page.evaluate("phone.said")
        return said

    def hang_up(self, number: int) -> None:
        self.do(number, "terminate()")
        self.until(f"{number} ended")

    def close(self) -> None:
        assert not [fault for fault in self.watch.faults if "WebSocket" not in fault]
        self.page.context.close()


class Phones:
    """The server, and tabs."""

    def __init__(self, server: RunningServer, browser: Browser, script: str) -> None:
        self.server = server
        self._browser = browser
        self._script = script

    def tab(self, extension: str = "") -> Tab:
        """That has registered: as an extension of the settings, or with what it is lent."""
        context = self._browser.new_context(
            base_url=self.server.http, permissions=["microphone"], bypass_csp=True
        )
        page = context.new_page()
        page.goto("/api/health")
        tab = Tab(page)
        page.evaluate(self._script)
        return tab.begin(self._configuration(extension))

    def _configuration(self, extension: str) -> dict[str, Any]:
        if extension in EXTENSIONS:
            return {"uri": f"sip:{extension}@localhost", "password": EXTENSIONS[extension]}
        lent = self.server.ask("POST", "/api/webrtc/phone", {"extension": extension})
        return {
            "uri": lent["uri"], "authorization_user": lent["username"], "password": lent["password"],
        }  # fmt: skip

    def digits(self, count: int) -> list[str]:
        """Of the last call: so many, once they are stored."""
        found: list[str] = []
        for _ in range(100):
            call = self.server.ask("GET", "/api/telephony/calls")["items"][0]["id"]
            events = self.server.ask("GET", f"/api/events?call={call}")["items"]
            found = [event["data"]["digit"] for event in events if event["topic"] == "dtmf"]
            if len(found) >= count:
                break
            time.sleep(0.1)  # waits for another process
        return found

    def live(self) -> int:
        """Calls that are up."""
        return sum(
            call["ended_at"] is None for call in self.server.ask("GET", "/api/telephony/calls")["items"]
        )


def test_a_page_calls_holds_resumes_presses_keys_and_hears_itself(phones: Phones) -> None:
    tab = phones.tab("web-ada")
    call = tab.call("echo")
    tab.until_heard(call)
    tab.until_codec(call, "audio/opus")
    tab.do(call, "hold()")
    tab.until(f"{call} hold local")
    tab.until_quiet(call)
    tab.do(call, "unhold()")
    tab.until(f"{call} unhold local")
    tab.until_heard(call)
    tab.do(call, "sendDTMF('1', {transportType: 'INFO'})")
    tab.until(f"{call} newDTMF local 1")
    tab.do(call, "sendDTMF('2', {transportType: 'RFC2833'})")
    assert phones.digits(2) == ["1", "2"]
    tab.until_heard(call)
    tab.hang_up(call)
    tab.close()


@pytest.mark.slow
def test_the_demo_agent_speaks_to_a_page(phones: Phones) -> None:
    tab = phones.tab("101")
    call = tab.call("demo")
    tab.until_heard(call)
    tab.hang_up(call)
    tab.close()


@pytest.mark.slow
def test_a_telephone_calls_a_page(phones: Phones) -> None:
    """SIPp, which sends back what it gets: the page hears itself over G.711."""
    if shutil.which("sipp") is None:
        pytest.skip("there is no sipp here (Debian: apt-get install sip-tester)")
    tab = phones.tab("101")
    with subprocess.Popen(
        ["sipp", "-sn", "uac", "-s", "101", "-m", "1", "-d", "20000", "-i", "127.0.0.1", "-rtp_echo",
         "-timeout", "40", phones.server.sip],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as sipp:  # fmt: skip
        try:
            call = tab.take()
            tab.until_heard(call)
            tab.hang_up(call)
        finally:
            sipp.terminate()
    tab.close()


@pytest.mark.slow
def test_all_tabs_ring_and_one_answers(phones: Phones) -> None:
    one, two, caller = phones.tab("web-ada"), phones.tab("web-ada"), phones.tab("102")
    caller.page.evaluate("phone.call('sip:web-ada@localhost')")
    two.until("0 incoming 102")
    answered = one.take()
    two.until("0 failed remote Canceled")
    caller.until("0 confirmed")
    one.until_heard(answered)
    caller.until_heard(0)
    caller.hang_up(0)
    one.until(f"{answered} ended remote")
    for tab in (one, two, caller):
        tab.close()


@pytest.mark.slow
def test_a_page_gives_its_call_to_somebody_else(phones: Phones) -> None:
    """By REFER alone: the other side talks to the echo from then on."""
    one, two = phones.tab("101"), phones.tab("102")
    one.page.evaluate("phone.call('sip:102@localhost')")
    answered = two.take()
    one.until("0 confirmed")
    one.do(0, "refer('sip:echo@localhost')")
    one.until("0 ended")
    one.close()
    two.until_heard(answered)
    two.hang_up(answered)
    two.close()


@pytest.mark.slow
def test_a_page_joins_two_calls_of_its_own(phones: Phones) -> None:
    """By REFER with Replaces, after it has spoken to both."""
    one, two, third = phones.tab("101"), phones.tab("102"), phones.tab("web-third")
    one.page.evaluate("phone.call('sip:102@localhost')")
    first = two.take()
    one.until("0 confirmed")
    one.do(0, "hold()")
    one.until("0 hold local")
    one.page.evaluate("phone.call('sip:web-third@localhost')")
    second = third.take()
    one.until("1 confirmed")
    one.page.evaluate(
        "phone.sessions[0].refer(phone.sessions[1].remote_identity.uri, {replaces: phone.sessions[1]})"
    )
    one.until("0 ended")
    one.until("1 ended")
    one.close()
    two.until_heard(first)
    third.until_heard(second)
    two.hang_up(first)
    third.until(f"{second} ended remote")
    two.close()
    third.close()


@pytest.mark.slow
def test_a_call_outlives_its_socket(phones: Phones) -> None:
    tab = phones.tab("101")
    call = tab.call("echo")
    tab.until_heard(call)
    since = len(tab.said)
    tab.page.evaluate("phone.cut()")
    tab.until("disconnected", since)
    tab.until_heard(call)
    tab.until("registered", since)
    renewed = tab.page.evaluate(
        "number => new Promise(done => phone.sessions[number].renegotiate("
        "{rtcOfferConstraints: {iceRestart: true}}, () => done(true)))",
        call,
    )
    assert renewed
    tab.until_heard(call)
    tab.hang_up(call)
    tab.close()


@pytest.mark.slow
def test_a_call_whose_page_is_closed_ends(phones: Phones) -> None:
    tab = phones.tab("101")
    call = tab.call("echo")
    tab.until_heard(call)
    watching = phones.tab("102")
    tab.close()
    for _ in range(90):
        if not phones.live():
            break
        watching.page.wait_for_timeout(500)
    assert not phones.live()
    watching.close()


@pytest.mark.slow
def test_a_password_that_was_given_back_registers_nobody(phones: Phones) -> None:
    tab = phones.tab("web-gone")
    username = tab.page.evaluate("phone.ua().configuration.authorization_user")
    since = len(tab.said)
    phones.server.ask("DELETE", f"/api/webrtc/phone/{username}")
    tab.until("disconnected", since)
    tab.until("registrationFailed", since)
    shown = phones.server.ask("GET", "/api/telephony/extensions")
    assert not [each for each in shown if each["extension"] == "web-gone"], json.dumps(shown)
    tab.page.context.close()
