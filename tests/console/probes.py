"""What the tests see of a page's calls: every RTCPeerConnection and WebSocket of it, from its start."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page

_SCRIPT = """
window.probe = {connections: [], sockets: []};
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...all) { super(...all); probe.connections.push(this); }
};
window.WebSocket = class extends window.WebSocket {
  constructor(...all) { super(...all); probe.sockets.push(this); }
};
probe.audio = async () => {
  const found = {sent: 0, received: 0, energy: 0, open: 0};
  for (const connection of probe.connections) {
    if (connection.connectionState === "connected") found.open += 1;
    for (const entry of (await connection.getStats()).values()) {
      if (entry.kind !== "audio") continue;
      if (entry.type === "outbound-rtp") found.sent += entry.packetsSent;
      if (entry.type === "inbound-rtp") {
        found.received += entry.packetsReceived;
        found.energy += entry.totalAudioEnergy ?? 0;
      }
    }
  }
  return found;
};
"""


def probed(context: BrowserContext) -> BrowserContext:
    context.add_init_script(_SCRIPT)
    return context


def audio(page: Page) -> dict[str, Any]:
    """Packets `sent` and `received`, the `energy` of what came, and how many connections are `open`."""
    found: dict[str, Any] = page.evaluate("() => probe.audio()")
    return found


def hears(page: Page, more_than: float = 0.0, within_ms: float = 40_000) -> None:
    """Until more sound has come than that (see `audio`). Raises playwright's TimeoutError."""
    page.wait_for_function(
        "async least => (await probe.audio()).energy > least", arg=more_than, timeout=within_ms, polling=200
    )


def cut_sockets(page: Page, path: str = "/ws/sip") -> None:
    """As a network does that is gone: the page is told of an end, the server of none in SIP."""
    page.evaluate("path => probe.sockets.filter(it => it.url.includes(path)).forEach(it => it.close())", path)
