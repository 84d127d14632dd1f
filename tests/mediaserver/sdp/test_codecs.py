"""Payload types: what is offered for each codec, what a peer's numbers mean, and whose preference counts."""

from __future__ import annotations

import pytest

from mediaserver.sdp.codecs import CATALOGUE, canonical
from mediaserver.sdp.negotiation import NoCommonCodec, accept, answer, offer
from mediaserver.sdp.policy import CodecOrder
from mediaserver.sdp.session import SdpSession
from tests.mediaserver.sdp.test_negotiation import lines_of, sdp

ALL = ("opus", "G722", "PCMU", "PCMA")


def test_an_offer_names_wide_band_codecs_as_their_rfcs_have_it() -> None:
    text = lines_of(offer("127.0.0.1", 10000, codecs=ALL, comfort_noise=True))
    assert text[5:17] == [
        "m=audio 10000 RTP/AVP 107 9 0 8 13 101 102",
        "a=rtpmap:107 opus/48000/2",
        "a=fmtp:107 maxaveragebitrate=24000;stereo=0;useinbandfec=1;usedtx=0",
        "a=rtpmap:9 G722/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:13 CN/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=rtpmap:102 telephone-event/48000",
        "a=fmtp:102 0-15",
        "a=ptime:20",
    ]


@pytest.mark.parametrize("codec", CATALOGUE)
def test_both_sides_agree_on_each_codec(codec: str) -> None:
    ours = offer("192.0.2.1", 10000, codecs=(codec, "PCMU"))
    text, theirs = answer(ours, "192.0.2.2", 20000, codecs=(codec, "PCMU"))
    agreed = accept(text, ours)
    assert theirs.codec == agreed.codec == codec
    assert theirs.payload_type == agreed.payload_type == CATALOGUE[codec].number
    assert theirs.telephone_event_pt == agreed.telephone_event_pt == (102 if codec == "opus" else 101)
    clocks = ((102, 48_000),) if codec == "opus" else ()
    assert theirs.event_clocks == agreed.event_clocks == clocks


@pytest.mark.parametrize(
    ("order", "codec"), [(CodecOrder.THEIRS, "PCMA"), (CodecOrder.OURS, "G722")], ids=["theirs", "ours"]
)
def test_whose_preference_counts_is_the_policys(order: CodecOrder, codec: str) -> None:
    offered = sdp("m=audio 4000 RTP/AVP 8 0 9")
    text, agreed = answer(offered, "127.0.0.1", 10000, codecs=("G722", "PCMU", "PCMA"), order=order)
    assert agreed.codec == codec
    assert {name for _, name in agreed.others} == {"PCMU", "PCMA", "G722"} - {codec}
    assert f"m=audio 10000 RTP/AVP {agreed.payload_type}\r\n" in text.decode()


def test_a_codec_that_the_policy_does_not_have_is_not_taken() -> None:
    with pytest.raises(NoCommonCodec):
        answer(sdp("m=audio 4000 RTP/AVP 9"), "127.0.0.1", 10000, codecs=("PCMU",))


@pytest.mark.parametrize(
    "line",
    ["opus/48000/2", "OPUS/48000/2", "opus/48000"],
)
def test_opus_is_known_however_it_is_written(line: str) -> None:
    offered = sdp(f"m=audio 4000 RTP/AVP 96|a=rtpmap:96 {line}")
    text, agreed = answer(offered, "127.0.0.1", 10000, codecs=ALL)
    assert (agreed.codec, agreed.payload_type) == ("opus", 96)
    assert "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 " in text.decode()


@pytest.mark.parametrize("line", ["opus/8000/2", "G722/16000", "L16/44100", "PCMU/16000"])
def test_a_codec_at_another_clock_is_another_codec(line: str) -> None:
    with pytest.raises(NoCommonCodec):
        answer(
            sdp(f"m=audio 4000 RTP/AVP 96|a=rtpmap:96 {line}"), "127.0.0.1", 10000, codecs=tuple(CATALOGUE)
        )


def test_opus_with_keys_at_8000_hz_only_takes_those() -> None:
    offered = sdp("m=audio 4000 RTP/AVP 96 101|a=rtpmap:96 opus/48000/2|a=rtpmap:101 telephone-event/8000")
    agreed = answer(offered, "127.0.0.1", 10000, codecs=ALL)[1]
    assert (agreed.telephone_event_pt, agreed.event_clocks) == (101, ())


def test_several_payload_types_of_one_codec_are_all_understood() -> None:
    offered = sdp("m=audio 4000 RTP/AVP 96 97 0|a=rtpmap:96 opus/48000/2|a=rtpmap:97 opus/48000/2")
    agreed = answer(offered, "127.0.0.1", 10000, codecs=ALL)[1]
    assert agreed.payload_type == 96
    assert agreed.others == ((97, "opus"), (0, "PCMU"))


def test_the_peers_limit_of_opus_is_read() -> None:
    offered = sdp(
        "m=audio 4000 RTP/AVP 96|a=rtpmap:96 opus/48000/2|a=fmtp:96 stereo=1; maxaveragebitrate=16000"
    )
    assert answer(offered, "127.0.0.1", 10000, codecs=ALL)[1].bitrate == 16_000


@pytest.mark.parametrize("wanted", [True, False])
def test_comfort_noise_is_agreed_on_where_both_want_it(wanted: bool) -> None:
    offered = sdp("m=audio 4000 RTP/AVP 0 13")
    text, agreed = answer(offered, "127.0.0.1", 10000, comfort_noise=wanted)
    assert agreed.comfort_noise is wanted
    assert ("a=rtpmap:13 CN/8000" in text.decode()) is wanted
    assert not answer(sdp("m=audio 4000 RTP/AVP 0"), "127.0.0.1", 10000, comfort_noise=True)[1].comfort_noise


def test_a_thousand_codecs_cost_no_more_than_there_are_payload_types() -> None:
    numbers = " ".join(str(n % 1_000) for n in range(5_000))
    lines = "|".join(f"a=rtpmap:{n % 128} opus/48000/2" for n in range(900))
    agreed = answer(sdp(f"m=audio 4000 RTP/AVP {numbers}|{lines}"), "127.0.0.1", 10000, codecs=ALL)[1]
    assert agreed.payload_type == 0 and agreed.codec == "opus"
    assert len(agreed.others) == 127
    with pytest.raises(NoCommonCodec):
        answer(sdp(f"m=audio 4000 RTP/AVP {numbers}|{lines}"), "127.0.0.1", 10000, codecs=("L16",))


def test_numbers_keep_their_meaning_in_later_offers() -> None:
    session = SdpSession(1)
    offered = sdp("m=audio 4000 RTP/AVP 0 107|a=rtpmap:107 iLBC/8000|a=rtpmap:102 x/8000")
    session.answer(offered, "127.0.0.1", 10000, codecs=ALL)
    later = lines_of(session.offer("127.0.0.1", 10000, codecs=ALL))
    assert later[5].startswith("m=audio 10000 RTP/AVP 0 "), "what was agreed on stays first"
    assert not any(line.startswith(("a=rtpmap:107 opus", "a=rtpmap:102 ")) for line in later)
    assert sum("opus/48000/2" in line for line in later) == 1
    assert sum("telephone-event/48000" in line for line in later) == 1


def test_an_offer_can_move_the_call_to_another_codec() -> None:
    session = SdpSession(1)
    first = session.answer(sdp("m=audio 4000 RTP/AVP 0"), "127.0.0.1", 10000, codecs=ALL)[1]
    second = session.answer(sdp("m=audio 4000 RTP/AVP 9"), "127.0.0.1", 10000, codecs=ALL)[1]
    assert (first.codec, second.codec) == ("PCMU", "G722")
    assert session.version == 2


def test_names_are_taken_however_they_are_written_and_others_refused() -> None:
    assert canonical(["OPUS", "g722", "pcmu", "G722"]) == ("opus", "G722", "PCMU")
    with pytest.raises(ValueError, match="no codec 'G729'; the codecs are PCMU"):
        canonical(["G729"])
