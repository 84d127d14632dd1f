"""SIP messages that one processor reads a second.

    python -m tests.load.parsing_load [--messages 2000] [--runs 9]

Counted in time of the processor, so that what else the machine does counts little.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

from sip.messages.parsing import parse
from tests.sip.agents import PHONE, SDP

TARGET = 15_000
"""Messages a second."""
_COMMON = (
    "Via: SIP/2.0/UDP 127.0.0.1:5070;rport;branch=z9hG4bK776asdhds\r\n"
    'From: "Alice" <sip:raw@127.0.0.1>;tag=1928301774\r\nTo: <sip:demo@127.0.0.1>;tag=77\r\n'
    "Call-ID: a84b4c76e66710@127.0.0.1\r\n"
)
_CONTACT = "Contact: <sip:raw@127.0.0.1:5070>\r\n"
_BODY = f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n".encode() + SDP


def samples() -> dict[str, bytes]:
    """The messages of a call: what it begins with (short, and as a phone writes it), its answer, its end."""
    invite = f"INVITE sip:demo@127.0.0.1 SIP/2.0\r\nMax-Forwards: 70\r\n{_COMMON}CSeq: 1 INVITE\r\n{_CONTACT}"
    more = "".join(f"{name}: {value}\r\n" for name, value in PHONE.items())
    answer = f"SIP/2.0 200 OK\r\n{_COMMON}CSeq: 1 INVITE\r\n{_CONTACT}"
    bye = f"BYE sip:demo@127.0.0.1 SIP/2.0\r\nMax-Forwards: 70\r\n{_COMMON}CSeq: 2 BYE\r\n"
    return {
        "INVITE, short": invite.encode() + _BODY,
        "INVITE of a phone": (invite + more).encode() + _BODY,
        "200 to INVITE": answer.encode() + _BODY,
        "BYE": (bye + "Content-Length: 0\r\n\r\n").encode(),
    }


def rate(message: bytes, messages: int, runs: int) -> float:
    """The median of several runs, messages a second."""
    rates = []
    for _ in range(runs):
        begin = time.process_time()
        for _ in range(messages):
            parse(message)
        rates.append(messages / (time.process_time() - begin))
    return statistics.median(rates)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=9)
    given = parser.parse_args()
    slow = False
    for name, message in samples().items():
        found = rate(message, given.messages, given.runs)
        slow = slow or found < TARGET
        sys.stdout.write(f"{name} ({len(message)} octets): {found:,.0f} a second\n")
    sys.stdout.write(f"under {TARGET:,}\n" if slow else "passed\n")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
