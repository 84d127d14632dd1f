"""Figures of the SIP readers: `python -m tests.sip.messages.bench_parser`. Asserts nothing, as clocks drift.

First INVITEs per second (parsed, validated, 13 accessors read), then the slowest of some thousand hostile
inputs of 64 KB; linear readers keep every one of them under 100 ms.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from mediaserver.sdp.negotiation import answer
from sip.access.digest import parse_auth
from sip.messages.framing import StreamFramer
from sip.messages.grammar import ParseError
from sip.messages.parsing import MessageError, parse, validate

SIZE = 64_000
HEAD = (
    b"Via: SIP/2.0/UDP 192.0.2.1:5061;rport;branch=z9hG4bKPj8f2a\r\n"
    b'From: "Alice Example" <sip:alice@example.com>;tag=a6c85cf\r\nTo: <sip:demo@192.0.2.10>\r\n'
    b"Call-ID: 3848276298220188511@example.com\r\nCSeq: 314159 INVITE\r\nMax-Forwards: 70\r\n"
)
START = b"INVITE sip:demo@192.0.2.10:5060;transport=udp SIP/2.0\r\n"
INVITE = (
    START + HEAD + b"Via: SIP/2.0/UDP 192.0.2.2:5061;received=192.0.2.3;branch=z9hG4bKPj8f2b\r\n"
    b"Record-Route: <sip:192.0.2.1;lr>, <sip:192.0.2.2;lr;transport=tcp>\r\n"
    b"Contact: <sip:alice@192.0.2.1:5061;ob>\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE\r\n"
    b"Supported: replaces, 100rel\r\nUser-Agent: test 1.0\r\nContent-Type: application/sdp\r\n"
    b"Content-Length: 150\r\n\r\n" + b"a=xxxx\r\n" * 18 + b"a=xxxx"
)
ACCESSORS = (
    "vias via from_ to call_id cseq contacts record_routes routes max_forwards expires content_type uri"
).split()
UNITS = [b'"', b",", b";", b"(", b"<", b">", b"\\", b"%", b"%41", b" ", b"\t", b"\r\n ", b'" ', b'",', b"<>,"]
UNITS += [b"<a:b>,", b'\\"', b"a=b;", b";a", b"@", b":", b"[", b"0", b".", b"=", b'a=",', b"/", b"a ", b"a,"]
UNITS += [b"sip:a;", b'"a" ', b"\xff", b"?", b"SIP/2.0/UDP a,", b"\r\n", b"a:\r\n"]
AUDIO = b"v=0\r\nc=IN IP4 1.2.3.4\r\nm=audio 1 RTP/AVP 0\r\n"


def read_all(data: bytes) -> None:
    """Parse, read every accessor, validate, answer."""
    try:
        message = parse(data)
    except MessageError as error:
        if error.request is None:
            return
        message = error.request
        bytes(error.request.response(error.status, to_tag="x"))
    for name in ACCESSORS:
        try:
            getattr(message, name)
        except ParseError:
            continue
    try:
        validate(message)
    except MessageError:
        pass


def hostile() -> Iterator[tuple[str, Callable[[bytes], object], bytes]]:
    """Label, reader and input."""
    for unit in UNITS:
        noise = unit * (SIZE // len(unit))
        for header in (b"Contact", b"Via", b"From", b"CSeq", b"Allow"):
            for before in (b"", b'"', b"<sip:", b"<sip:a@b>", b"SIP/2.0/UDP a"):
                head = START + HEAD.replace(header + b":", b"X-" + header + b":") + header + b": " + before
                value = noise[: 65_000 - len(head)]
                yield f"{header.decode()}: {before!r} {unit!r}", read_all, head + value + b"\r\n\r\n"
        yield f"Request-URI {unit!r}", read_all, b"INVITE sip:" + noise + b" SIP/2.0\r\n" + HEAD + b"\r\n"
        yield f"lines {unit!r}", read_all, START + HEAD + noise + b"\r\n\r\n"
        yield f"stream {unit!r}", StreamFramer().feed, noise
        for before in (b"Digest ", b'Digest a="', b"Digest a="):
            text = before + noise
            yield f"auth {before!r} {unit!r}", lambda data: parse_auth(data.decode("latin-1")), text
        for before in (
            b"v=0\r\n",
            AUDIO[:-3],
            AUDIO + b"a=rtpmap:",
            AUDIO + b"a=ptime:",
            b"v=0\r\nc=IN IP4 ",
        ):
            yield f"sdp {before!r} {unit!r}", lambda data: answer(data, "127.0.0.1", 1), before + noise


def main() -> None:
    """Measure and print."""
    rounds, best = 2000, float("inf")
    for _ in range(5):
        started = time.process_time()
        for _ in range(rounds):
            read_all(INVITE)
        best = min(best, (time.process_time() - started) / rounds)
    sys.stdout.write(
        f"INVITE: {best * 1e6:.0f} us, {1 / best:.0f} per second of CPU (best of 5 x {rounds})\n"
    )
    times: list[tuple[float, str]] = []
    for label, reader, data in hostile():
        started = time.process_time()
        try:
            reader(data)
        except ParseError:
            pass
        times.append((time.process_time() - started, label))
    times.sort(reverse=True)
    sys.stdout.write(f"hostile: {len(times)} inputs of 64 KB; the slowest, in ms of CPU:\n")
    for seconds, label in times[:5]:
        sys.stdout.write(f"  {seconds * 1000:6.1f}  {label}\n")


if __name__ == "__main__":
    main()
