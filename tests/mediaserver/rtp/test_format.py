"""What was negotiated for a stream, as a value."""

from __future__ import annotations

from dataclasses import replace

from mediaserver.media.g711 import PCMA, PCMU
from mediaserver.media.wideband import G722
from mediaserver.rtp.format import Format, in_law


def test_what_a_payload_type_means_is_known_of_each() -> None:
    agreed = Format(PCMU, 0, others=((8, PCMA), (97, PCMU), (9, G722)))
    assert [agreed.codec_of(kind) for kind in (0, 97, 8, 9, 13)] == [PCMU, PCMU, PCMA, G722, None]


def test_octets_of_one_law_are_had_in_the_other() -> None:
    assert in_law(b"\x55", PCMU, PCMU) == b"\x55"
    assert in_law(b"\xd5", PCMA, PCMU) == PCMU.encode(PCMA.to_linear[0xD5]).tobytes()


def test_the_agreed_codec_comes_first_whatever_else_has_its_number() -> None:
    assert Format(PCMU, 0, others=((0, PCMA),)).codec_of(0) is PCMU


def test_a_format_is_made_anew_with_its_codecs() -> None:
    changed = replace(Format(PCMU, 0), others=((8, PCMA),))
    assert changed.codec_of(8) is PCMA and changed != Format(PCMU, 0)


def test_what_was_agreed_on_before_is_still_understood_and_means_nothing_new() -> None:
    before = Format(PCMU, 0, 101, others=((8, PCMA),))
    after = Format(G722, 8).after(before)
    assert (after.codec_of(0), after.codec_of(8)) == (PCMU, G722)
    assert Format(G722, 9, 0).after(before).codec_of(0) is None
