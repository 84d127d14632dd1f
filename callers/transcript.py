"""The live transcript of a VoiceForge server we are calling: where it is, and how to follow it.

The address comes from the far end's answer, so it is not trusted: it is followed only to the host we called
or to this machine, and only over HTTP.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mediaserver.config import is_loopback

EVENTS_PATH = re.compile(r"/api/telephony/calls/[0-9a-f-]{36}/events")
TICKET = re.compile(r"(ticket=[A-Za-z0-9_-]{1,100})?")
"""Opens this one call to us, who have no key."""
LONGEST_EVENT = 64 * 1024


@dataclass(frozen=True, slots=True)
class ServerEvent:
    kind: str
    data: dict[str, Any]


def transcript_url(call_info: list[str], called_host: str) -> str | None:
    """The URL of a `Call-Info` header (RFC 3261 section 20.9) with purpose=transcript that we may follow."""
    for value in call_info:
        for url, parameters in re.findall(r"<([^<>\s]*)>([^,<]*)", value):
            purposes = [p.strip().lower() for p in parameters.split(";")]
            if "purpose=transcript" in purposes and _may_follow(url, called_host):
                return str(url)
    return None


def _may_follow(url: str, called_host: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return False
    if not EVENTS_PATH.fullmatch(parts.path) or not TICKET.fullmatch(parts.query):
        return False  # whoever answers must not choose what we ask of other services on this machine
    return host == called_host.strip("[]").lower() or is_loopback(host)


async def follow(url: str) -> AsyncIterator[ServerEvent]:
    """Events of a call from its beginning until it ends. Ends quietly when the server cannot be reached."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=None, sock_connect=5)
    headers = {"Accept": "text/event-stream"}
    async with aiohttp.ClientSession(timeout=timeout, read_bufsize=LONGEST_EVENT) as session:
        with suppress(aiohttp.ClientError, ValueError, OSError):
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status != 200 or answer.content_type != "text/event-stream":
                    return
                lines: list[str] = []
                async for raw in answer.content:
                    line = raw.decode("utf-8", "replace").rstrip("\r\n")
                    if line:
                        lines.append(line)
                    elif (event := parse_event(lines)) is not None:
                        yield event
                        lines = []
                    else:
                        lines = []


def parse_event(lines: list[str]) -> ServerEvent | None:
    """One block of a text/event-stream (HTML standard, section 9.2); None for comments and foreign data."""
    kind, data = "", []
    for line in lines:
        name, _, value = line.partition(":")
        if name == "event":
            kind = value.removeprefix(" ")
        elif name == "data":
            data.append(value.removeprefix(" "))
    try:
        value = json.loads("\n".join(data))
    except ValueError:
        return None
    return ServerEvent(kind, value) if kind and isinstance(value, dict) else None
