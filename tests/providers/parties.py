"""Telephony providers and their callers in front of a started server: what they ask, tell and stream, over
the wire, in each one's own dialect.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import urllib.error
import uuid
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import numpy as np
import pytest

from mediaserver.media.stream_format import StreamFormat
from providers.plivo.signature import NONCE, SIGNATURE, fields, sign, signed_text
from tests.peers.conftest import ServerProcess
from tests.standins import exotel, plivo, vonage
from tests.standins.media_stream_client import MediaStreamClient, ProviderEnd
from tests.standins.media_stream_sides import ExotelSide, PlivoSide, TwilioSide, VonageSide
from tests.standins.provider import KEY, StandIn

OURS, THEIRS = "+15557654321", "+15551230000"
CALLS, ACCOUNTS = "/api/telephony/calls", "/api/telephony/providers"
HOOK_SECRET = "a-secret-of-our-own-making-0123"
LOUD = 8_000
"""Samples beyond this are no comfort noise."""


@dataclass(frozen=True)
class Line:
    """One call at the provider."""

    ref: str
    stream_url: str = ""
    """Where its media stream is to go."""


class Party:
    """One provider, with an account that the server knows."""

    kind: ClassVar[str]
    side: ClassVar[type[TwilioSide]]
    account_id: ClassVar[str] = ""
    """As its streams name the account; empty: they do not."""
    states: ClassVar[Mapping[str, str]] = {"busy": "busy", "no answer": "no-answer"}
    """Why nobody took a call -> the provider's word for it."""
    standin: StandIn

    def __init__(self, server: ServerProcess, http: aiohttp.ClientSession, standin: StandIn) -> None:
        self.server, self.http, self.standin = server, http, standin
        self.name = f"{self.kind}-{standin.url.rpartition(':')[2]}"
        self.known = server.ids()

    # -- of each provider

    def settings(self) -> dict[str, Any]:
        raise NotImplementedError

    async def rings(self, ref: str) -> Line:
        """Somebody calls a number of the account."""
        raise NotImplementedError

    async def ordered(self) -> str:
        """The call that the server has asked for, and that rings."""
        raise NotImplementedError

    async def answered(self, ref: str) -> Line:
        """Who was called takes it."""
        raise NotImplementedError

    async def ended(self, ref: str, word: str) -> int:
        """The status that the server answers to the report of it."""
        raise NotImplementedError

    async def forged(self) -> int:
        """Somebody else says that somebody calls."""
        raise NotImplementedError

    def hung_up(self, ref: str) -> bool:
        """Whether the server has ended it by the provider's interface."""
        raise NotImplementedError

    # -- of all

    @asynccontextmanager
    async def account(self) -> AsyncIterator[None]:
        settings = {
            **self.settings(), "base_url": self.standin.url, "public_url": self.server.http, "caller": OURS,
            "prefixes": ["+1"], "max_cps": 100,
        }  # fmt: skip
        await self.ask("POST", ACCOUNTS, {"name": self.name, "kind": self.kind, "settings": settings})
        await asyncio.to_thread(self.server.wait_for, "an account that is in use", self._in_use)
        yield
        await self.ask("DELETE", f"{ACCOUNTS}/{self.name}")
        assert self.standin.faults == []

    def _in_use(self) -> bool:
        """Whoever speaks to the provider is made in a thread, after the answer."""
        return bool(self.server.ask("GET", f"{ACCOUNTS}/{self.name}")["standing"] == "ready")

    def hook(self, name: str) -> str:
        return f"{self.server.http}{ACCOUNTS}/{self.name}/webhooks/{name}"

    @asynccontextmanager
    async def streamed(self, line: Line) -> AsyncIterator[MediaStreamClient]:
        """The provider opens the stream that it was asked for."""
        parts = urlsplit(line.stream_url)
        token = parse_qs(parts.query)["token"][0]
        end = ProviderEnd(self.side(line.ref, self.account_id))
        url = f"{parts.scheme}://{parts.netloc}{parts.path}"
        async with MediaStreamClient.connected(self.http, url, end, token) as client:
            yield client
        assert end.refused == []

    async def posted(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        async with self.http.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.read()

    async def ask(self, method: str, path: str, content: Any = None) -> Any:
        try:
            return await asyncio.to_thread(self.server.ask, method, path, content)
        except urllib.error.HTTPError as error:
            pytest.fail(f"{method} {path}: {error.code} {error.read().decode()}")

    async def calls_out(self, agent: str) -> str:
        """The server is asked to call somebody. Its own id of the call."""
        made = await self.ask("POST", CALLS, {"to": THEIRS, "agent": agent})
        return str(made["id"])

    async def reached(self, state: str) -> dict[str, Any]:
        """The server's call of this test, once it is in this state."""

        def found() -> dict[str, Any] | None:
            mine = [each for each in self.server.calls() if each["id"] not in self.known]
            return mine[0] if mine and mine[0]["state"] == state else None

        result: dict[str, Any] = await asyncio.to_thread(self.server.wait_for, f"a call {state}", found)
        return result

    async def until(self, holds: Callable[[], Any], what: str) -> None:
        for _ in range(1_500):
            if holds():
                return
            await asyncio.sleep(0.01)  # waits for another process
        pytest.fail(f"there was never {what}; log: {self.server.log()[-3000:]}")


class VonageParty(Party):
    kind, side = "vonage", VonageSide
    states: ClassVar[Mapping[str, str]] = {"busy": "busy", "no answer": "timeout"}
    standin: vonage.Vonage

    def settings(self) -> dict[str, Any]:
        return {
            "application_id": vonage.APPLICATION, "private_key": self.standin.private_key,
            "signature_secret": vonage.SECRET,
        }  # fmt: skip

    async def rings(self, ref: str) -> Line:
        about = {"uuid": ref, "from": THEIRS[1:], "to": OURS[1:], "direction": "inbound"}
        self.standin.calls[ref] = {**about, "status": "answered"}
        for state in ("started", "ringing"):  # tells before it asks
            await self._told(self.hook("status"), {**about, "status": state})
        status, body = await self._told(self.hook("voice"), {**about, "conversation_uuid": "CON-1"})
        assert status == 200
        (endpoint,) = json.loads(body)[0]["endpoint"]
        assert endpoint["headers"] == {"call": ref}
        return Line(ref, endpoint["uri"])

    async def ordered(self) -> str:
        await self.until(lambda: self.standin.calls, "an order")
        (ref,) = self.standin.calls
        await self._event(ref, "ringing")
        return ref

    async def answered(self, ref: str) -> Line:
        self.standin.calls[ref]["status"] = "answered"
        await self._event(ref, "answered")
        return Line("", self.standin.calls[ref]["ncco"][0]["endpoint"][0]["uri"])

    async def ended(self, ref: str, word: str) -> int:
        self.standin.calls[ref]["status"] = word
        return await self._event(ref, word)

    async def forged(self) -> int:
        told = {"uuid": "u-1", "from": THEIRS[1:], "to": OURS[1:]}
        headers, body = self.standin.webhook(told)
        return (await self.posted(self.hook("voice"), body.replace(b"u-1", b"u-2"), headers))[0]

    def hung_up(self, ref: str) -> bool:
        return bool(self.standin.calls[ref]["status"] == "completed")

    async def _event(self, ref: str, status: str) -> int:
        call = self.standin.calls[ref]
        (url,) = call.get("event_url") or [self.hook("status")]
        told = {"uuid": ref, "status": status, "direction": call["direction"], "duration": "3"}
        return (await self._told(url, {**told, "from": OURS[1:], "to": THEIRS[1:]}))[0]

    async def _told(self, url: str, told: dict[str, Any]) -> tuple[int, bytes]:
        headers, body = self.standin.webhook(told)
        return await self.posted(url, body, headers)


class PlivoParty(Party):
    kind, side = "plivo", PlivoSide
    account_id = plivo.AUTH_ID
    states: ClassVar[Mapping[str, str]] = {"busy": "busy", "no answer": "timeout"}
    standin: plivo.Plivo

    def settings(self) -> dict[str, Any]:
        return {"auth_id": plivo.AUTH_ID, "auth_token": plivo.TOKEN}

    async def rings(self, ref: str) -> Line:
        self.standin.calls[ref] = {"call_uuid": ref, "live": True, "call_status": "ringing"}
        return await self._asked(self.hook("voice"), ref, "inbound", CallStatus="ringing")

    async def ordered(self) -> str:
        await self.until(lambda: self.standin.calls, "an order")
        (ref,) = self.standin.calls
        await self._told(self.standin.calls[ref]["ring_url"], ref, "outbound", CallStatus="ringing")
        return ref

    async def answered(self, ref: str) -> Line:
        url = self.standin.calls[ref]["answer_url"]
        return await self._asked(url, ref, "outbound", CallStatus="in-progress")

    async def ended(self, ref: str, word: str) -> int:
        call = self.standin.calls[ref]
        call |= {"live": False, "call_status": word}
        url = call.get("hangup_url") or self.hook("status")
        way = "outbound" if "answer_url" in call else "inbound"
        return (await self._told(url, ref, way, CallStatus=word, Duration="3"))[0]

    async def forged(self) -> int:
        return (
            await self._told(self.hook("voice"), "u-1", "inbound", token="another", CallStatus="ringing")
        )[0]

    def hung_up(self, ref: str) -> bool:
        return not self.standin.calls[ref]["live"]

    async def _asked(self, url: str, ref: str, way: str, **told: str) -> Line:
        status, body = await self._told(url, ref, way, **told)
        assert status == 200
        (stream,) = ET.fromstring(body)
        assert stream.tag == "Stream", body
        return Line(ref, stream.text or "")

    async def _told(
        self, url: str, ref: str, way: str, *, token: str = plivo.TOKEN, **told: str
    ) -> tuple[int, bytes]:
        ends = (THEIRS, OURS) if way == "inbound" else (OURS, THEIRS)
        body = urlencode({"CallUUID": ref, "From": ends[0][1:], "To": ends[1][1:], "Direction": way, **told})
        nonce = uuid.uuid4().hex
        headers = {
            "content-type": "application/x-www-form-urlencoded", NONCE: nonce,
            SIGNATURE: sign(token, signed_text("POST", url, fields(body)), nonce),
        }  # fmt: skip
        return await self.posted(url, body.encode(), headers)


class ExotelParty(Party):
    kind, side = "exotel", ExotelSide
    account_id = exotel.SID
    standin: exotel.Exotel

    def settings(self) -> dict[str, Any]:
        keys = {"account_sid": exotel.SID, "api_key": exotel.API_KEY, "api_token": exotel.API_TOKEN}
        return {**keys, "app_id": "4711", "hook_secret": HOOK_SECRET}

    async def rings(self, ref: str) -> Line:
        sid = ref.replace("-", "")  # as Exotel has them
        self.standin.calls_in[sid] = {"Sid": sid, "Status": "in-progress"}
        return await self._asked(sid, CallFrom=THEIRS, CallTo=OURS, Direction="incoming")

    async def ordered(self) -> str:
        await self.until(lambda: self.standin.calls, "an order")
        (ref,) = self.standin.calls
        return ref

    async def answered(self, ref: str) -> Line:
        session = self.standin.calls[ref]["CustomField"]
        return await self._asked(ref, CallFrom=THEIRS, CallTo=OURS, CustomField=session)

    async def ended(self, ref: str, word: str) -> int:
        told = {"CallSid": ref, "EventType": "terminal", "Status": word, "Direction": "outbound-api"}
        call = self.standin.calls.setdefault(ref, {"Sid": ref})
        call["Status"] = word
        url = call.get("StatusCallback") or f"{self.hook('status')}?key={HOOK_SECRET}"
        headers = {"content-type": "application/json"}
        return (await self.posted(url, json.dumps(told).encode(), headers))[0]

    async def forged(self) -> int:
        query = urlencode({"key": KEY, "CallSid": "u-1", "CallFrom": THEIRS, "CallTo": OURS})
        async with self.http.get(f"{self.hook('voice')}?{query}") as answer:
            return answer.status

    def hung_up(self, ref: str) -> bool:
        return True  # by its stream: there is nothing else

    async def _asked(self, ref: str, **told: str) -> Line:
        query = urlencode({"key": HOOK_SECRET, "CallSid": ref, **told})
        async with self.http.get(f"{self.hook('voice')}?{query}") as answer:
            assert answer.status == 200, await answer.text()
            return Line(ref, (await answer.json())["url"])


def says(fmt: StreamFormat, samples: np.ndarray[Any, np.dtype[np.int16]]) -> Iterator[bytes]:
    """20 ms at a time, as a stream has it."""
    octets = samples.astype("<i2").tobytes() if fmt.law is None else fmt.law.encode(samples).tobytes()
    size = fmt.octets_per_frame
    return (octets[at : at + size] for at in range(0, len(octets) - size + 1, size))


def tone(fmt: StreamFormat) -> Iterator[bytes]:
    """400 Hz without an end."""
    wave = 20_000 * np.sin(2 * np.pi * 400 * np.arange(fmt.rate) / fmt.rate)
    return itertools.cycle(says(fmt, wave.astype(np.int16)))


def is_heard(end: ProviderEnd) -> bool:
    """Whether its caller has been played something that is no silence."""
    fmt = end.side.format
    for piece in end.heard:
        octets = np.frombuffer(piece, np.uint8)
        samples = np.frombuffer(piece, "<i2") if fmt.law is None else fmt.law.decode(octets)
        if np.abs(samples.astype(np.int32)).max() > LOUD:
            return True
    return False
