"""A ladder that people read: who, what, when, and what was said again."""

from __future__ import annotations

from uuid import UUID

from sip.tracing.kept import CallTrace, TraceLimits
from sip.tracing.ladder import Ladder, Mark
from sip.tracing.traced import TracedMessage, Wanted
from tests.sip.tracing.messages import SDP, said

USUAL = TraceLimits()
CALL = UUID("3f2a9c1e-0000-4000-8000-000000000000")


def ladder(*messages: TracedMessage, marks: tuple[Mark, ...] = (), limits: TraceLimits = USUAL) -> Ladder:
    trace = CallTrace()
    for message in messages:
        trace.add(message, limits)
        if message.call_id not in trace.call_ids:
            trace.call_ids.append(message.call_id)
    return Ladder.of(CALL, trace, True, marks)


BRIDGED = (
    said(1.0, body=SDP),
    said(1.0021, "SIP/2.0 100 Trying", sent=True),
    said(1.1, sent=True, host="198.51.100.9", call_id="two", body=SDP),
    said(1.6, sent=True, host="198.51.100.9", call_id="two", body=SDP),
    said(1.7, "SIP/2.0 200 OK", host="198.51.100.9", call_id="two", body=SDP),
)


def test_all_legs_stand_in_one_ladder() -> None:
    text = ladder(*BRIDGED, marks=(Mark(1_001.65, "a key"),)).text()
    assert text.splitlines() == [
        "call 3f2a9c1e-0000-4000-8000-000000000000 (live), from 1970-01-01 00:16:41.000+00:00",
        "leg 1: Call-ID one",
        "leg 2: Call-ID two",
        "",
        "                 192.0.2.7:5060 UDP                voiceforge               198.51.100.9:5060 UDP",
        "                          |                             |                             |",
        "      0.0                 |-------- INVITE + SDP ------>|                             |  leg 1",
        "      2.1                 |<--- 100 Trying (INVITE) ----|                             |  leg 1",
        "    100.0                 |                             |-------- INVITE + SDP ------>|  leg 2",
        "    600.0                 |                             |---- INVITE + SDP (again) -->|  leg 2",
        "    650.0                 |                             |                             |  * a key",
        "    700.0                 |                             |<-- 200 OK (INVITE) + SDP ---|  leg 2",
    ]


def test_an_arrow_to_a_third_party_crosses_the_second() -> None:
    text = ladder(*BRIDGED, said(2, "BYE sip:x SIP/2.0", sent=True, host="2001:db8::1", cseq="2 BYE")).text()
    assert text.splitlines()[-1].endswith(f"|{' BYE '.center(59, '-')[:-1]}>|  leg 1")
    assert "[2001:db8::1]:5060 UDP" in text


def test_whole_messages_are_shown_where_asked_for_and_act_on_no_terminal() -> None:
    odd = said(1, "SIP/2.0 486 \x1b[31mBusy\r\x9b\u202e", body="x\ncall 0000 (live)")
    text = ladder(odd).text(full=True)
    assert "\\x1b[31mBusy" in text and "               Call-ID: one" in text
    assert not {each for each in text if ord(each) < 32 or 0x7F <= ord(each) < 0xA0} - {"\n"}
    assert "\ncall 0000" not in text


def test_more_parties_than_columns_share_the_last() -> None:
    text = ladder(*(said(i, host=f"192.0.2.{i}") for i in range(1, 10))).text()
    assert "4 others" in text and max(map(len, text.splitlines())) < 220
    assert len(ladder(*(said(i, host=f"192.0.2.{i}") for i in range(1, 10))).peers) == 9


def test_what_was_left_out_is_said_where_it_is_missing() -> None:
    found = ladder(
        *(said(i, f"INFO sip:{i} SIP/2.0") for i in range(9)), limits=TraceLimits(first=2, latest=2)
    )
    lines = found.text().splitlines()
    assert lines[-3].strip() == "... 5 messages were not kept ..."
    assert found.as_dict()["left_out"] == 5 and len(found.as_dict()["messages"]) == 4


def test_for_programs_the_same_is_json() -> None:
    found = ladder(*BRIDGED, marks=(Mark(1_001.65, "on hold"),)).as_dict()
    assert found["peers"] == ["192.0.2.7:5060", "198.51.100.9:5060"] and found["call_ids"] == ["one", "two"]
    assert [each["again"] for each in found["messages"]] == [False, False, False, True, False]
    last = found["messages"][-1]
    assert (last["ms"], last["direction"], last["remote"], last["local"], last["transport"]) == (
        700.0, "in", "198.51.100.9:5060", "192.0.2.1:5060", "UDP",
    )  # fmt: skip
    assert (last["method"], last["cseq"], last["line"]) == ("INVITE", "1 INVITE", "SIP/2.0 200 OK")
    assert last["at"] == "1970-01-01T00:16:41.700+00:00" and last["text"].endswith(
        "m=audio 40000 RTP/AVP 0\n"
    )
    assert found["marks"] == [{"ms": 650.0, "what": "on hold"}]


def test_an_empty_ladder_is_one() -> None:
    assert "voiceforge" in ladder().text() and ladder().as_dict()["messages"] == []


def test_messages_are_chosen_by_peer_and_method() -> None:
    invite, ok, other = said(1), said(2, "SIP/2.0 200 OK"), said(3, "noise", cseq="x")
    assert Wanted.of({}).wants(other) and other.method == "noise"
    assert Wanted.of({"peer": "192.0.2.7"}).wants(invite) and not Wanted.of({"peer": "192.0.2"}).wants(invite)
    assert Wanted.of({"peer": "192.0.2.7:5060"}).wants(ok) and not Wanted.of({"peer": "192.0.2.7:1"}).wants(
        ok
    )
    assert Wanted.of({"method": "invite"}).wants(ok) and not Wanted.of({"method": "BYE"}).wants(ok)
    six = said(1, host="2001:db8::1")
    assert all(Wanted(peer).wants(six) for peer in ("2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:5060"))
