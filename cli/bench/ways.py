"""By which ways `voiceforge bench latency` calls: SIP, WebRTC as browsers do, or SIP in turn with WebRTC or a
provider's media stream."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from callers.browser.calling import OFFER, BrowserParty
from callers.calling import CallingParty
from callers.conversation import TalkedCall
from callers.rtp import MeasuringWire
from callers.server_child import ServerChild
from callers.stream_account import party
from mediaserver.errors import ConfigError

DEMO, ECHO = "demo", "echo"


class BenchOver(StrEnum):
    """What `--over` may say."""

    SIP = "sip"
    WEBRTC = "webrtc"
    BOTH = "both"
    TWILIO = "twilio"
    """By a media stream of Twilio's, and by SIP in turn."""


class MeasuringParty(Protocol):
    """Who calls, and measures."""

    @property
    def wire(self) -> MeasuringWire: ...

    async def __aenter__(self) -> MeasuringParty: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    async def call(self) -> TalkedCall: ...


@dataclass(frozen=True, slots=True)
class Way:
    """One way to an agent and to the echo beside it."""

    over: BenchOver
    target: str
    """For people."""
    agent: Callable[[], MeasuringParty]
    echo: Callable[[], MeasuringParty]


def is_web(address: str) -> bool:
    return urlsplit(address).scheme in ("http", "https")


def wanted(args: argparse.Namespace) -> BenchOver:
    """What is to be measured. Raises ConfigError for what cannot go together."""
    over = BenchOver(args.over) if args.over else BenchOver.WEBRTC if is_web(args.to or "") else BenchOver.SIP
    if args.to and over is BenchOver.BOTH:
        raise ConfigError("--over both compares on a server of its own: leave out --to")
    if args.to and over is BenchOver.TWILIO:
        raise ConfigError(
            "--over twilio compares on a server of its own, with an account of nobody's: leave out --to"
        )
    if args.to and is_web(args.to) != (over is BenchOver.WEBRTC):
        kind = (
            "the address of its offers, http://HOST:PORT" + OFFER if over is BenchOver.WEBRTC else "a SIP URI"
        )
        raise ConfigError(f"--over {over} calls {kind}: --to {args.to} is none")
    if args.key_file and not is_web(args.to or ""):
        raise ConfigError("--key-file is the key of the server whose offers --to names")
    return over


def ways_to(address: str, key_file: Path | None) -> list[Way]:
    """To somebody's server. Raises ConfigError when the key cannot be read."""
    if not is_web(address):
        return [_by_sip(address, address, _sibling(address))]
    try:
        key = key_file.read_text().strip() if key_file is not None else ""
    except OSError as error:
        raise ConfigError(f"cannot read the key in {key_file}: {error.strerror}") from None
    return [_by_webrtc(address, address, _other_query(address, ECHO), key)]


def ways_of(server: ServerChild, over: BenchOver) -> list[Way]:
    """To a server of our own. For TWILIO it is to have `account_of`."""
    offers, own = server.http + OFFER, "(a server of our own)"
    found = []
    if over is not BenchOver.WEBRTC:
        found.append(_by_sip(f"sip:demo {own}", server.sip_uri(DEMO), server.sip_uri(ECHO)))
    if over in (BenchOver.WEBRTC, BenchOver.BOTH):
        agent, echo = _other_query(offers, DEMO), _other_query(offers, ECHO)
        found.append(_by_webrtc(f"demo by WebRTC {own}", agent, echo, server.key))
    if over is BenchOver.TWILIO:
        target = f"demo by a media stream {own}"
        found.append(Way(over, target, lambda: party(server, DEMO), lambda: party(server, ECHO)))
    return found


def _by_sip(target: str, agent: str, echo: str) -> Way:
    return Way(BenchOver.SIP, target, lambda: CallingParty(agent), lambda: CallingParty(echo))


def _by_webrtc(target: str, agent: str, echo: str, key: str) -> Way:
    return Way(
        BenchOver.WEBRTC, target, lambda: BrowserParty(agent, key=key), lambda: BrowserParty(echo, key=key)
    )


def _sibling(uri: str) -> str:
    """The echo of the same server."""
    scheme, _, rest = uri.partition(":")
    return f"{scheme}:{ECHO}@{rest.rpartition('@')[2]}"


def _other_query(url: str, to: str) -> str:
    """The same offers, for somebody else."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("to", "agent", "flow")]
    return urlunsplit(parts._replace(query=urlencode([("to", to), *kept])))
