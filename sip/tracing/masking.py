"""Takes out of a SIP message what nobody may read later: proofs, keys, passwords, key presses, messages.

All that is kept, shown or sent on of signalling goes through `masked` first, in linear time whatever a
stranger wrote. Each masked octet stands for one or more; what is left says as much of the call as before.
"""

from __future__ import annotations

import re
from collections.abc import Collection

MASK = b"***"

_FOLDED = rb"[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*"
"""The rest of a header's line, and the lines that go on with it (:rfc:`3261` section 7.3.1)."""
_PROOF = re.compile(rb"(?im)^((?:proxy-)?(?:authorization|authentication-info)[ \t]*:)(" + _FOLDED + rb")")
_VOUCHED = re.compile(rb"(?im)^((?:identity|y)[ \t]*:)(" + _FOLDED + rb")")
_SCHEME = re.compile(rb"\s*([!-~]+)")
_PARAMETER = re.compile(
    rb"""(?<![A-Za-z0-9_*'-])([A-Za-z0-9_*'-]++)(\s*=\s*)("(?:[^"\\]|\\.)*+"?|[^\s,"]*)""", re.DOTALL
)
_READABLE = frozenset(
    (b"username", b"realm", b"nonce", b"uri", b"algorithm", b"cnonce", b"opaque", b"qop", b"nc", b"userhash")
    + (b"nextnonce", b"stale", b"domain", b"charset")
)
"""What of a digest says who proves what to whom (:rfc:`7616` section 3.4); the rest proves it."""
_TELLING_NAME = re.compile(
    rb"(?im)^(?=[\w.-]{0,60}(?:token|secret|passw|api-?key|credential))([\w.-]{1,100}+[ \t]*:)" + _FOLDED
)
_KEY = re.compile(rb"(?i)(inline:)[^\s|;]+|^((?:a=(?:ice-pwd|key-mgmt):|k=)[ \t]*)[^\r\n]+", re.MULTILINE)
_PRESSED = re.compile(rb"(?im)^([ \t]*signal[ \t]*=)[^\r\n]*")
_KEYS = re.compile(rb"(?im)(?:^|(?<=\r))(?![ \t]*duration[ \t]*=)([ \t]*[a-z]{1,20}+[ \t]*+=)?+[^\r\n]+")
"""Every line of application/dtmf-relay but that of the time: the key may stand on a line of its own."""
_RELAY = b"application/dtmf-relay"
_IN_URI = re.compile(rb"(?i)([?&](?:proxy-)?authorization=)[^&>\s\"]*")
_MAYBE_PASSWORD = re.compile(rb'(?i)(?:sips?:[^\s<>":@]*+|//[^\s<>":@/]*+):[^\s<>"@]{0,256}+[^\s<>"]')
"""Where one may stand; in few messages. No octet may be looked at for each of many that lead to it."""
_BEFORE_USER = re.compile(rb"(?i)sips?:|//")
_OUTSIDE = re.compile(rb'[\s<>"]')
"""What no URI holds."""

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_KIND = re.compile(rb"(?im)^(?:content-type|c)[ \t]*:(" + _FOLDED + rb")")
_BOUNDARY = re.compile(rb"""(?i);\s*boundary\s*=\s*(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))""")
_OPEN_BODIES = frozenset((b"application/sdp", b"message/sipfrag", _RELAY))
"""They are read with what is secret in them taken out; every other body is somebody's own words."""
_MOST_PARTS = 32
_WORDS = re.compile(rb"[^\r\n]")

_NUMBER = rb"((?:\+|%2[bB])?[0-9]{3})([0-9().-]{1,60}+)(?<=[0-9]{2})"
_NUMBERS = re.compile(
    rb"(?im)((?:sips?|tel):|(?:username|signaling-id|number)\s*=\s*\"?|\"|^(?:from|f|to|t|contact|m|"
    rb"p-asserted-identity|p-preferred-identity|remote-party-id|diversion)[ \t]*:[ \t]*)" + _NUMBER
)
_DIGIT = re.compile(rb"[0-9]")


def masked(data: bytes, secret_headers: Collection[bytes] = (), *, hide_numbers: bool = False) -> bytes:
    """The octets of a message, whole or not, without its secrets. `secret_headers`: names, in lower case, of
    those whose value is a proof. `hide_numbers`: all but the first three and the last two digits of
    telephone numbers are taken out, too."""
    low = data.lower()
    if not data.endswith(b"\r\n\r\n") or data.find(b"\n\r\n") < len(data) - 3 or b"\n\n" in data:
        blank = _BLANK_LINE.search(data)
        if blank is not None and blank.end() < len(data):
            kinds = _KIND.findall(data, 0, blank.start())
            data = data[: blank.end()] + _masked_body(data[blank.end() :], kinds)
    if b"auth" in low:
        data = _IN_URI.sub(rb"\1" + MASK, _PROOF.sub(_proof, data))
    if b"identity" in low or b"\ny" in low:
        data = _VOUCHED.sub(lambda found: _vouched(found, hide_numbers), data)
    if b"token" in low or b"secret" in low or b"passw" in low or b"key" in low or b"credential" in low:
        data = _KEY.sub(_key, _TELLING_NAME.sub(rb"\1 " + MASK, data))
    elif b"inline:" in low or b"ice-pwd" in low or b"k=" in low:
        data = _KEY.sub(_key, data)
    if b"signal" in low:
        data = _PRESSED.sub(rb"\1x", data)
    for name in secret_headers:
        if name in low:
            data = re.sub(rb"(?im)^(" + re.escape(name) + rb"[ \t]*:)" + _FOLDED, rb"\1 " + MASK, data)
    data = _without_passwords(data)
    return _NUMBERS.sub(_number, data) if hide_numbers else data


def _proof(found: re.Match[bytes]) -> bytes:
    """The value of a header that proves who somebody is."""
    name, value = found[1], found[2]
    if b"info" not in name.lower():
        scheme = _SCHEME.match(value)
        if scheme is None or scheme[1].lower() != b"digest":
            return name + b" " + MASK
    return name + _PARAMETER.sub(_parameter, value)


def _vouched(found: re.Match[bytes], hide_numbers: bool) -> bytes:
    """An Identity header (:rfc:`8224`) without its signature: for a minute it would vouch for another call of
    that caller, whoever makes it. Its numbers are only written in another way."""
    pieces = []
    for piece in found[2].split(b","):
        token, semicolon, rest = piece.partition(b";")
        parts = token.split(b".", 2)
        whole = len(parts) == 3 and not hide_numbers
        said = b".".join((*parts[:2], MASK)) if whole else b" " + MASK
        pieces.append(said + semicolon + rest)
    return found[1] + b",".join(pieces)


def _parameter(found: re.Match[bytes]) -> bytes:
    return found[0] if found[1].lower() in _READABLE else found[1] + found[2] + b'"' + MASK + b'"'


def _key(found: re.Match[bytes]) -> bytes:
    return (found[1] or found[2]) + MASK


def _number(found: re.Match[bytes]) -> bytes:
    middle = found[3]
    return found[1] + found[2] + _DIGIT.sub(b"x", middle[:-2]) + middle[-2:]


def _without_passwords(data: bytes) -> bytes:
    """`sip:user:password@host` without the password. A regular expression for it would take time that grows
    with the square of what a stranger sends; this looks back from each @ once."""
    if _MAYBE_PASSWORD.search(data) is None:
        return data
    parts = data.split(b"@")
    for i, part in enumerate(parts[:-1]):
        before, colon, after = part.rpartition(b":")
        if not colon or _OUTSIDE.search(after) or _OUTSIDE.search(before.rpartition(b":")[2]):
            continue
        begin = max(part.rfind(mark) for mark in (b" ", b"\t", b"\r", b"\n", b"<", b">", b'"')) + 1
        if (found := _BEFORE_USER.search(part, begin)) is not None:
            end = part.find(b":", found.end())
            parts[i] = part if end < 0 else part[: end + 1] + MASK
    return b"@".join(parts)


def _masked_body(body: bytes, kinds: list[bytes]) -> bytes:
    """A body of that Content-Type, of which there should be one."""
    if len(kinds) != 1:
        return _WORDS.sub(b"x", body)
    kind = kinds[0].partition(b";")[0].strip().lower()
    if kind in _OPEN_BODIES:
        return _KEYS.sub(rb"\1x", body) if kind == _RELAY else body
    if kind.startswith(b"multipart/") and (boundary := _BOUNDARY.search(kinds[0])) is not None:
        return _masked_parts(body, b"--" + (boundary[1] or boundary[2]))
    return _WORDS.sub(b"x", body)


def _masked_parts(body: bytes, delimiter: bytes) -> bytes:
    """Of a multipart body (:rfc:`2046` section 5.1.1) each part as a body; the rest is masked."""
    parts = body.split(delimiter, _MOST_PARTS)
    for i, part in enumerate(parts):
        blank = _BLANK_LINE.search(part)
        head, content = (part, b"") if blank is None else (part[: blank.end()], part[blank.end() :])
        kinds = _KIND.findall(head)
        kind = kinds[0].partition(b";")[0].strip().lower() if len(kinds) == 1 else b""
        if i == 0 or i == _MOST_PARTS or blank is None:
            parts[i] = part if not part.strip(b"-\r\n \t") else _WORDS.sub(b"x", part)
        elif kind not in _OPEN_BODIES:
            parts[i] = head + _WORDS.sub(b"x", content)
        elif kind == _RELAY:
            parts[i] = head + _KEYS.sub(rb"\1x", content)
    return delimiter.join(parts)
