"""SIP as text: what an attacker writes by hand, and as much reading as he needs. It checks nothing."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

Address = tuple[str, int]
_PARAMETER = re.compile(r'(\w+)="?([^",]+)"?')


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a response."""

    first: str
    headers: tuple[tuple[str, str], ...]
    body: str
    source: Address = ("", 0)

    @property
    def status(self) -> int:
        """0 for a request."""
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Of the request, or of what is answered."""
        return self.get("CSeq").split()[-1] if self.status else self.first.split()[0]

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name.lower()]

    @property
    def to_tag(self) -> str:
        return tag_of(self.get("To"))

    @property
    def contact(self) -> str:
        return between(self.get("Contact"))

    @property
    def media(self) -> Address:
        """Where the description wants its audio."""
        host = re.search(r"^c=IN IP[46] (\S+)", self.body, re.MULTILINE)
        port = re.search(r"^m=audio (\d+)", self.body, re.MULTILINE)
        return (host[1] if host else "", int(port[1]) if port else 0)


def status_of(answer: Message | None) -> int:
    """0 where no answer came."""
    return answer.status if answer is not None else 0


def parse(data: bytes, source: Address = ("", 0)) -> Message:
    head, _, body = data.decode(errors="replace").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
    return Message(first, headers, body, source)


def tag_of(header: str) -> str:
    found = re.search(r";tag=([^;>\s]+)", header)
    return found[1] if found else ""


def between(header: str) -> str:
    """The address in a header, without brackets."""
    found = re.search(r"<([^>]*)>", header)
    return found[1] if found else header.partition(";")[0].strip()


def written(first: str, headers: list[str], body: str = "") -> bytes:
    """A message as bytes; its length is added."""
    lines = [first, *headers, f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def token() -> str:
    return secrets.token_hex(8)


def branch() -> str:
    return "z9hG4bK" + token()


def sdp(
    host: str,
    port: int,
    *,
    formats: str = "0 8 101",
    direction: str = "sendrecv",
    more: tuple[str, ...] = ("a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"),
    version: int = 1,
) -> str:
    """One G.711 stream with digits."""
    family = "IP6" if ":" in host else "IP4"
    lines = [
        "v=0",
        f"o=- 1 {version} IN {family} {host}",
        "s=-",
        f"c=IN {family} {host}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {formats}",
        *more,
        "a=ptime:20",
        f"a={direction}",
    ]
    return "".join(line + "\r\n" for line in lines)


def digest(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """The value of an Authorization header that answers a challenge (RFC 7616)."""
    told = dict(_PARAMETER.findall(challenge))
    algorithm = told.get("algorithm", "MD5")
    hashed = hashlib.sha256 if algorithm.upper() == "SHA-256" else hashlib.md5

    def h(text: str) -> str:
        return hashed(text.encode()).hexdigest()

    nonce, realm, cnonce = told["nonce"], told["realm"], token()
    secret, what = h(f"{user}:{realm}:{password}"), h(f"{method}:{uri}")
    value = f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm={algorithm}'
    if "opaque" in told:
        value += f', opaque="{told["opaque"]}"'
    if "qop" not in told:
        return f'{value}, response="{h(f"{secret}:{nonce}:{what}")}"'
    response = h(f"{secret}:{nonce}:00000001:{cnonce}:auth:{what}")
    return f'{value}, qop=auth, nc=00000001, cnonce="{cnonce}", response="{response}"'
