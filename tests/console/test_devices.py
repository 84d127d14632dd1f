"""Microphones and loudspeakers that come and go in mid-call, as the browser tells of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.browsing import signed_in
from tests.console.handset import LONG_MS, dial, handset, in_call, ready
from tests.console.probes import audio, hears, probed
from tests.console.running import RunningServer

pytestmark = pytest.mark.slow

_DEVICES = """
(() => {
  const media = navigator.mediaDevices;
  const open = media.getUserMedia.bind(media), list = media.enumerateDevices.bind(media);
  let microphones = true, without = "";
  media.getUserMedia = wanted =>
    microphones ? open(wanted) : Promise.reject(new DOMException("", "NotFoundError"));
  media.enumerateDevices = async () => (await list()).filter(it => it.deviceId !== without);
  const changed = () => media.dispatchEvent(new Event("devicechange"));
  const sink = HTMLMediaElement.prototype.setSinkId;
  HTMLMediaElement.prototype.setSinkId = async function (id) {
    await sink.call(this, id);
    devices.sink = id;
  };
  window.devices = {
    sink: "",
    unplug: () => {
      microphones = false;
      for (const track of probe.connections.flatMap(it => it.getSenders()).map(it => it.track)) {
        track?.stop();
        track?.dispatchEvent(new Event("ended"));
      }
      changed();
    },
    plug: () => { microphones = true; changed(); },
    withoutSpeaker: id => { without = id; changed(); },
    speakers: async () => (await list()).filter(it => it.kind === "audiooutput" && it.deviceId !== "default")
      .map(it => it.deviceId),
  };
})();
"""
"""Chromium's fake devices cannot be unplugged: the page is told what a browser tells it then."""


@pytest.fixture
def phone(chromium: Browser, console_server: RunningServer) -> Iterator[Page]:
    context = probed(signed_in(chromium, console_server))
    context.add_init_script(_DEVICES)
    page = context.new_page()
    ready(page)
    yield page
    context.close()


def test_an_unplugged_microphone_is_said_and_one_that_is_plugged_in_is_heard(phone: Page) -> None:
    dial(phone, "echo")
    in_call(phone)
    hears(phone)
    phone.evaluate("() => devices.unplug()")
    expect(handset(phone)).to_contain_text("Your microphone was unplugged", timeout=LONG_MS)
    phone.evaluate("() => devices.plug()")
    expect(handset(phone)).not_to_contain_text("Your microphone was unplugged", timeout=LONG_MS)
    hears(phone, audio(phone)["energy"] + 0.05)


def test_a_loudspeaker_that_is_gone_is_said_and_the_call_goes_on(phone: Page) -> None:
    dial(phone, "echo")
    in_call(phone)
    chosen = phone.evaluate("() => devices.speakers()")[0]
    phone.get_by_role("combobox", name="Loudspeaker").select_option(chosen)
    phone.wait_for_function("id => devices.sink === id", arg=chosen, timeout=LONG_MS)
    phone.evaluate("id => devices.withoutSpeaker(id)", chosen)
    expect(handset(phone)).to_contain_text("The loudspeaker is gone", timeout=LONG_MS)
    hears(phone, audio(phone)["energy"] + 0.05)


def test_a_microphone_that_was_chosen_and_is_not_there_at_the_next_start_is_replaced(phone: Page) -> None:
    phone.evaluate("() => { localStorage['voiceforge.phone.microphone'] = 'f'.repeat(64); }")
    phone.evaluate("() => { localStorage['voiceforge.phone.speaker'] = 'f'.repeat(64); }")
    ready(phone)
    dial(phone, "echo")
    in_call(phone)
    hears(phone)
    expect(handset(phone)).to_contain_text("The loudspeaker is gone", timeout=LONG_MS)
