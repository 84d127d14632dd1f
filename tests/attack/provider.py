"""A telephony provider's account at the server that is attacked, and whoever speaks in its name: requests
that are signed as Twilio signs them, and media streams that are written frame by frame.

Nobody answers at the provider's own address: what is asked of it fails, as while it is down.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import secrets
import socket
import struct
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from callers.twilio_interface import interface
from tests.attack.target import Target, eventually
from tests.attack.wire import readable

ACCOUNT_SID, AUTH_TOKEN = "AC" + "5" * 32, "b" * 32
NUMBER, DESK = "+4930900100", "+4930900200"
"""Answered by the echo, and by the demo, which speaks first."""
PUBLIC = "https://voice.example.com"
ACCOUNTS, ROUTES = "/api/telephony/providers", "/api/telephony/routes"
HOOKS = f"{ACCOUNTS}/main/webhooks/"
PROVIDER, STRANGER = "198.51.100.7", "203.0.113.66"
"""Who is said to ask, by the proxy in front of us; from this machine itself nobody is kept out."""
NEAR, FAR = "127.7.0.20", "127.7.0.66"
"""Where the provider's media streams come from, and a stranger's."""
FORM = "application/x-www-form-urlencoded"
TEXT, BINARY, CONTINUED, CLOSE, PING = 0x1, 0x2, 0x0, 0x8, 0x9
LAST, MASKED = 0x80, 0x80
READ_OCTETS = 65_536
_STREAM = re.compile(r'<Stream url="wss?://[^/"]+([^"]+)"')
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    """0: none came."""
    body: str


def account(target: Target) -> None:
    """There is one from now on. Idempotent; raises RuntimeError where it cannot be had."""
    settings = {
        "account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "base_url": interface(),
        "caller": NUMBER, "public_url": PUBLIC, "prefixes": ["+49"],
    }  # fmt: skip
    told = {"name": "main", "kind": "twilio", "settings": settings}
    status, text = target.ask("POST", ACCOUNTS, told)
    if status not in (201, 409):
        raise RuntimeError(f"there is no account to attack: {status} {text}")
    for pattern, agent in ((NUMBER, "echo"), (DESK, "demo")):
        target.ask("POST", ROUTES, {"pattern": pattern, "agent": agent})
    if not eventually(lambda: ask(target, HOOKS + "status", {"a": "b"}, sign="").status == 403, 60.0):
        raise RuntimeError("the account to attack is not in use")


def signature(path: str, form: Mapping[str, str], key: str = AUTH_TOKEN) -> str:
    text = PUBLIC + path + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha1)).decode()


def ask(
    target: Target,
    path: str,
    form: Mapping[str, str] | bytes,
    *,
    sign: str | None = None,
    source: str = PROVIDER,
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
) -> Answer:
    """One request on a connection of its own. `sign`: what stands as its signature; empty: none; None: the
    right one."""
    body = form if isinstance(form, bytes) else urlencode(form).encode()
    if sign is None:
        sign = signature(path, {} if isinstance(form, bytes) else form)
    sent = {"Content-Type": FORM, "X-Forwarded-For": source}
    sent |= {"X-Twilio-Signature": sign} if sign else {}
    connection = http.client.HTTPConnection(target.http.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, path, body, {**sent, **(headers or {})})
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode(errors="replace"))
    except (OSError, http.client.HTTPException):
        return Answer(0, "")
    finally:
        connection.close()


def call_form(ref: str, to: str = NUMBER, state: str = "ringing") -> dict[str, str]:
    """What the provider says of a call."""
    return {
        "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "CallSid": ref, "From": "+4930123456",
        "To": to, "CallStatus": state, "Direction": "inbound",
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ringing:
    """Somebody calls, and the provider was told to open a media stream."""

    ref: str
    path: str
    token: str

    def over(self, target: Target) -> Answer:
        """The provider says that it has ended."""
        return ask(target, HOOKS + "status", call_form(self.ref, state="completed"))


def ring(target: Target, to: str = NUMBER) -> Ringing:
    """Raises RuntimeError: the server does not take the call."""
    ref = "CA" + secrets.token_hex(16)
    return ringing(ask(target, HOOKS + "voice", call_form(ref, to)), ref)


def ringing(answer: Answer, ref: str) -> Ringing:
    """What the provider was told. Raises RuntimeError: something else than to open a stream."""
    where, token = _STREAM.search(answer.body), _TOKEN.search(answer.body)
    if answer.status != 200 or where is None or token is None:
        raise RuntimeError(f"the call is not taken: {answer.status} {answer.body[:300]}")
    return Ringing(ref, where[1], token[1])


def frame(payload: bytes, first: int = LAST | TEXT, *, masked: bool = True, size: int | None = None) -> bytes:
    """Of :rfc:`6455` 5.2. `size`: what it says of its length, where that is a lie."""
    says = len(payload) if size is None else size
    mask = os.urandom(4) if masked else b""
    bit = MASKED if masked else 0
    if says < 126:
        head = struct.pack("!BB", first, bit | says)
    elif says < 1 << 16:
        head = struct.pack("!BBH", first, bit | 126, says)
    else:
        head = struct.pack("!BBQ", first, bit | 127, says)
    if masked:
        times = len(payload) // 4 + 1
        whole = int.from_bytes(payload, "big") ^ int.from_bytes((mask * times)[: len(payload)], "big")
        payload = whole.to_bytes(len(payload), "big")
    return head + mask + payload


def handshake(target: Target, path: str) -> bytes:
    """The request that asks for a WebSocket."""
    lines = [
        f"GET {path} HTTP/1.1", f"Host: {target.http.removeprefix('http://')}", "Upgrade: websocket",
        "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def place(target: Target) -> tuple[str, int]:
    """Where HTTP is served."""
    host, _, port = target.http.removeprefix("http://").rpartition(":")
    return host, int(port)


class Stream:
    """A media stream by hand. `status`: of the handshake; 0: it was closed before."""

    def __init__(self, target: Target, path: str, source: str = NEAR, buffer: int = 0) -> None:
        """`buffer`: octets that our system takes while nothing is read; 0: as many as it likes. Raises
        OSError."""
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(5.0)
        try:
            self.socket.bind((source, 0))
            self.socket.connect(place(target))
            self.socket.sendall(handshake(target, path))
        except OSError:
            self.socket.close()
            raise
        self._ref = "MZ" + secrets.token_hex(16)
        self._rest = b""
        self._sequence = 0
        self.status = self._head()

    def _head(self) -> int:
        while b"\r\n\r\n" not in self._rest:
            if not self._more(5.0):
                return 0
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        return int(head.split()[1])

    def _more(self, within_s: float) -> bool:
        """False: nothing came, or it is closed."""
        if not readable(self.socket, within_s):
            return False
        with suppress(OSError):
            data = self.socket.recv(READ_OCTETS)
            self._rest += data
            return bool(data)
        return False

    def send(self, data: bytes) -> bool:
        """False: it was closed."""
        try:
            self.socket.sendall(data)
        except OSError:
            return False
        return True

    def tell(self, event: str, content: Mapping[str, Any]) -> bool:
        self._sequence += 1
        told = {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self._ref, event: content}
        return self.send(frame(json.dumps(told).encode()))

    def start(self, ref: str, token: str) -> None:
        self.send(frame(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}).encode()))
        audio = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        self.tell(
            "start",
            {
                "accountSid": ACCOUNT_SID, "streamSid": self._ref, "callSid": ref, "tracks": ["inbound"],
                "mediaFormat": audio, "customParameters": {"token": token} if token else {},
            },
        )  # fmt: skip

    def speak(self, octets: bytes, chunk: int = 1) -> bool:
        payload = base64.b64encode(octets).decode()
        told = {"track": "inbound", "chunk": str(chunk), "timestamp": str(chunk * 20), "payload": payload}
        return self.tell("media", told)

    def read(self, within_s: float) -> tuple[int, bytes] | None:
        """The next frame's kind and content; None: nothing came, or it is closed."""
        end = time.monotonic() + within_s
        while (whole := self._whole()) is None:
            if not self._more(end - time.monotonic()):
                return None
        return whole

    def _whole(self) -> tuple[int, bytes] | None:
        if len(self._rest) < 2:
            return None
        size, begin = self._rest[1] & 0x7F, 2
        if size == 126:
            if len(self._rest) < 4:
                return None
            size, begin = int.from_bytes(self._rest[2:4], "big"), 4
        if len(self._rest) < begin + size:
            return None
        kind, content = self._rest[0] & 0x0F, self._rest[begin : begin + size]
        self._rest = self._rest[begin + size :]
        return kind, content

    def audio(self, within_s: float) -> bool:
        """Whether something is played to its caller."""
        end = time.monotonic() + within_s
        while (got := self.read(end - time.monotonic())) is not None:
            if got[0] == TEXT and b'"media"' in got[1]:
                return True
        return False

    def closed(self, within_s: float) -> int:
        """The code with which it was closed; 1006: without a word; 0: it is still open."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            got = self.read(end - time.monotonic())
            if got is None:
                return 1006 if self._is_gone() else 0
            if got[0] == CLOSE:
                return int.from_bytes(got[1][:2], "big") if len(got[1]) >= 2 else 1005
        return 0

    def _is_gone(self) -> bool:
        self.socket.setblocking(False)
        try:
            return self.socket.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self.socket.settimeout(5.0)

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
