"""A microphone that says what a test wants, and an ear for what the page plays: by WebAudio, in the page.

Chromium's fake microphone plays one file at its own pace; whoever answers an agent has to wait for it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np
from playwright.sync_api import BrowserContext, Page

from callers.sound import RATE, Samples

_SCRIPT = """
(() => {
  const VOICED = 0.01;   // of full scale: about -40 dBFS
  let context, mouth, spoke = false, last = 0;
  const ready = () => {
    if (context) return;
    context = new AudioContext();
    mouth = context.createMediaStreamDestination();
    // A microphone is never quite still: what sends nothing for seconds looks like a line that is dead.
    const still = context.createConstantSource(), quiet = context.createGain();
    quiet.gain.value = 1e-4;
    still.connect(quiet).connect(mouth);
    still.start();
  };
  navigator.mediaDevices.getUserMedia = async () => { ready(); return mouth.stream.clone(); };
  const hear = stream => {
    ready();
    const ear = context.createAnalyser(), heard = new Float32Array(1024);
    ear.fftSize = heard.length;
    context.createMediaStreamSource(stream).connect(ear);
    setInterval(() => {
      ear.getFloatTimeDomainData(heard);
      if (heard.some(sample => Math.abs(sample) > VOICED)) { spoke = true; last = performance.now(); }
    }, 15);
  };
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...all) {
      super(...all);
      this.addEventListener("track", it => hear(it.streams[0] ?? new MediaStream([it.track])));
    }
  };
  window.talking = {
    isMyTurn: gap => spoke && performance.now() - last >= gap,
    passes: () => { spoke = false; },
    say: (pcm, rate) => new Promise(done => {
      const octets = Uint8Array.from(atob(pcm), it => it.charCodeAt(0));
      const samples = new Int16Array(octets.buffer);
      const buffer = context.createBuffer(1, samples.length, rate);
      buffer.copyToChannel(Float32Array.from(samples, it => it / 32768), 0);
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(mouth);
      source.onended = () => { spoke = false; done(true); };
      source.start();
    }),
  };
})();
"""


def with_a_mouth(context: BrowserContext) -> BrowserContext:
    """Before its first page is opened."""
    context.add_init_script(_SCRIPT)
    return context


def may_speak(page: Page, over: str, gap_ms: int = 700, within_ms: int = 25_000) -> bool:
    """Wait until the far end has spoken and is silent again. False: there is a button named `over`. Raises
    playwright's TimeoutError."""
    done = page.wait_for_function(
        """([over, gap]) =>
            [...document.querySelectorAll("button")].some(it => it.textContent.includes(over)) ? "over"
            : talking.isMyTurn(gap) ? "mine" : "" """,
        arg=[over, gap_ms], timeout=within_ms, polling=20,
    )  # fmt: skip
    return bool(done.json_value() == "mine")


def say(page: Page, samples: Samples | Sequence[int]) -> None:
    """Until it was said. 8 kHz."""
    pcm = np.asarray(samples, np.int16).tobytes()
    page.evaluate("([pcm, rate]) => talking.say(pcm, rate)", [base64.b64encode(pcm).decode(), RATE])


def pass_turn(page: Page) -> None:
    """Say nothing: it is our turn again after the far end's next word."""
    page.evaluate("() => talking.passes()")
