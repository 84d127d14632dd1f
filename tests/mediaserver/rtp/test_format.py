"""What was negotiated for a stream, as a value."""

from __future__ import annotations

from dataclasses import replace

from mediaserver.media.g711 import PCMA, PCMU
from mediaserver.rtp.format import Format


def test_octets_of_any_payload_type_are_had_in_the_agreed_codec() -> None:
    agreed = Format(PCMU, 0, others=((8, PCMA), (97, PCMU)))
    assert agreed.as_agreed(0, b"\x55") == agreed.as_agreed(97, b"\x55") == b"\x55"
    assert agreed.as_agreed(8, b"\xd5") == PCMU.encode(PCMA.to_linear[0xD5]).tobytes()
    assert agreed.as_agreed(13, b"\x55") is None


def test_the_agreed_codec_comes_first_whatever_else_has_its_number() -> None:
    assert Format(PCMU, 0, others=((0, PCMA),)).as_agreed(0, b"\x55") == b"\x55"


def test_a_format_is_made_anew_with_its_codecs() -> None:
    changed = replace(Format(PCMU, 0), others=((8, PCMA),))
    assert changed.as_agreed(8, b"\xd5") is not None and changed != Format(PCMU, 0)
