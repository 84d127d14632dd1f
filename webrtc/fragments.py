"""Fragments of SDP by which a browser tells of its candidates, or begins ICE anew in mid-call (:rfc:`8840`,
section 9; :rfc:`9725`, section 4.3): `application/trickle-ice-sdpfrag`.

Pure text. Candidates are not kept: who is lite learns by the checks where the other side is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mediaserver.media.connectivity import IceCredentials
from mediaserver.sdp.ice import candidates
from webrtc.offers import BadOffer

MOST_OCTETS = 16 << 10
MOST_LINES = 400

_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}+")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}+")


def credentials_in(fragment: bytes) -> IceCredentials:
    """Of its sender. Raises BadOffer."""
    if len(fragment) > MOST_OCTETS or fragment.count(b"\n") > MOST_LINES:
        raise BadOffer(f"the fragment is longer than {MOST_OCTETS:,} bytes or {MOST_LINES} lines")
    found: dict[str, str] = {}
    for line in fragment.decode("utf-8", "replace").splitlines():
        name, _, value = line.strip().partition(":")
        if name in ("a=ice-ufrag", "a=ice-pwd"):
            if found.setdefault(name, value.strip()) != value.strip():
                raise BadOffer("the fragment names more than one ice-ufrag or ice-pwd: all media is bundled")
    ufrag, password = found.get("a=ice-ufrag", ""), found.get("a=ice-pwd", "")
    if _UFRAG.fullmatch(ufrag) is None or _PASSWORD.fullmatch(password) is None:
        raise BadOffer("the fragment has no a=ice-ufrag and a=ice-pwd as RFC 8839, section 5.4, has them")
    return IceCredentials(ufrag, password)


def fragment_of(ours: IceCredentials, mid: str | None, hosts: Sequence[str], port: int) -> bytes:
    """Our side of a restart."""
    lines = [
        "a=ice-lite",
        f"a=ice-ufrag:{ours.ufrag}",
        f"a=ice-pwd:{ours.password}",
        "m=audio 9 UDP/TLS/RTP/SAVPF 0",
        *([] if mid is None else [f"a=mid:{mid}"]),
        *(f"a={candidate}" for candidate in candidates(hosts, port, muxed=True)),
        "a=end-of-candidates",
    ]
    return ("\r\n".join(lines) + "\r\n").encode()
