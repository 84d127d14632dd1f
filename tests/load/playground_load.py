"""Ear to ear in the playground, by voice: from a line's end at the microphone to the agent's first sound.

    python -m tests.load.playground_load [--turns 6] [--json]

A booking is talked through in Chromium, signed in, over the page's own socket. The clip goes into the page as
its microphone does; what the page plays is listened to where it leaves for the loudspeaker, every 3 ms. The
page's own table of turns is shown below.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from playwright.sync_api import Page, TimeoutError, sync_playwright

from callers.cases.booking import SLOTS
from callers.cases.desks import BOOKING as DESK
from callers.cases.person import Person
from callers.cases.script import GOAL, Book
from callers.lines import BOOKING, CHECKS, synthesised
from callers.sound import RATE
from callers.voiced import Clip
from tests.console.browsing import settle, signed_in, start_chromium
from tests.console.running import RunningServer
from tests.console.seeded import own_server

GAP_MS = 700
MOST_TURNS = 14
_SCRIPT = """
(() => {
  const VOICED = 0.01;
  let context, mouth, first = 0, last = 0, ended = 0;
  const ready = () => {
    if (context) return;
    context = new AudioContext();
    mouth = context.createMediaStreamDestination();
    const still = context.createConstantSource(), quiet = context.createGain();
    quiet.gain.value = 1e-4;
    still.connect(quiet).connect(mouth);
    still.start();
  };
  navigator.mediaDevices.getUserMedia = async () => { ready(); return mouth.stream.clone(); };
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode) {
      const ear = to.context.createAnalyser(), heard = new Float32Array(256);
      ear.fftSize = heard.length;
      connect.call(this, ear);
      setInterval(() => {
        ear.getFloatTimeDomainData(heard);
        if (!heard.some(sample => Math.abs(sample) > VOICED)) return;
        last = performance.now();
        if (!first) first = last;
      }, 3);
    }
    return connect.call(this, to, ...more);
  };
  window.turn = {
    mine: gap => first && performance.now() - last >= gap,
    passes: () => { first = 0; },
    say: (pcm, rate, voiceEnds) => new Promise(done => {
      const octets = Uint8Array.from(atob(pcm), it => it.charCodeAt(0));
      const samples = new Int16Array(octets.buffer);
      const buffer = context.createBuffer(1, samples.length, rate);
      buffer.copyToChannel(Float32Array.from(samples, it => it / 32768), 0);
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(mouth);
      const at = context.currentTime + 0.02;
      const now = performance.now() + 1000 * (at - context.currentTime);
      ended = now + 1000 * voiceEnds / rate;
      source.onended = () => { done(true); };
      first = 0;
      source.start(at);
    }),
    took: () => first && first - ended,
  };
})();
"""


def the_callers_words() -> dict[str, Clip]:
    """By what they answer."""
    with ThreadPoolExecutor(1) as pool:  # playwright keeps a loop running in this thread
        spoken = pool.submit(lambda: asyncio.run(synthesised(BOOKING + CHECKS))).result()
    return dict(zip((*SLOTS, *CHECKS), spoken, strict=True))


def said(page: Page, clip: Clip) -> float:
    """Say it, and wait for the answer: ms from its last voiced sample. Raises playwright's TimeoutError."""
    pcm = base64.b64encode(clip.samples.tobytes()).decode()
    page.evaluate("([pcm, rate, end]) => turn.say(pcm, rate, end)", [pcm, RATE, clip.voice.last])
    page.wait_for_function("() => turn.took()", timeout=10_000, polling=20)
    return float(page.evaluate("() => turn.took()"))


def measured(server: RunningServer, most: int) -> dict[str, Any]:
    words, person = the_callers_words(), Person(Book(), DESK.facts(GOAL))
    found: dict[str, Any] = {"ear_to_ear_ms": [], "page_tells": []}
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        context = signed_in(browser, server)
        context.add_init_script(_SCRIPT)
        page = context.new_page()
        page.goto("/playground")
        settle(page, 0)
        page.get_by_role("complementary").get_by_role("button", name="Voice", exact=True).click()
        page.get_by_role("button", name="Talk", exact=True).click()
        read = 0
        spoken = page.get_by_role("log").first.get_by_role("article").filter(has_text="Agent:")
        for _ in range(MOST_TURNS):
            try:
                page.wait_for_function("gap => turn.mine(gap)", arg=GAP_MS, timeout=20_000, polling=20)
            except TimeoutError:
                break
            lines = [line.inner_text() for line in spoken.all()]
            reaction = person.answer(" ".join(lines[read:]))
            read = len(lines)
            if reaction.speech is None or reaction.slot not in words:
                page.evaluate("() => turn.passes()")
                continue
            found["ear_to_ear_ms"].append(said(page, words[reaction.slot]))
            if len(found["ear_to_ear_ms"]) == most:
                break
        page.wait_for_timeout(1_000)
        rows = page.get_by_role("table", name="Turns").get_by_role("row").all()
        found["page_tells"] = [[cell.inner_text() for cell in row.get_by_role("cell").all()] for row in rows]
        browser.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--turns", type=int, default=6, help="at most")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with own_server(past=False) as (server, _):
        found = measured(server, args.turns)
    turns = found["ear_to_ear_ms"]
    if args.json:
        sys.stdout.write(json.dumps(found) + "\n")
    elif turns:
        each = ", ".join(f"{value:.0f}" for value in turns)
        sys.stdout.write(f"ear to ear: median {statistics.median(turns):.0f} ms   {each}\n")
        for row in found["page_tells"]:
            sys.stdout.write("  " + " | ".join(row) + "\n")
    return 0 if turns else 1


if __name__ == "__main__":
    sys.exit(main())
