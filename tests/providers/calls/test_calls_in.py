from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from mediaserver.media.leg import EndedBy, Leg, Termination, Why
from mediaserver.storage.records import CallEnded
from providers.accounts.doors import turn_of
from providers.call_state import CallState
from providers.calls.call import AGAIN_S
from providers.calls.call_streams import SILENT_S
from providers.calls.desk import AccountDesk
from providers.calls.machine import Phase
from providers.provider import AnsweredBy, CallReport, Connect, Decision, Divert, Refuse
from providers.streams.host import StreamRefused
from tests.mediaserver.calls.lines import Line, Lines
from tests.providers.calls.telephony import Telephony
from tests.providers.fake_provider import FakeStream, incoming, opens, token_of

SOON = 0.02
"""Seconds that a webhook waits, where nobody answers in time."""


async def connected(telephony: Telephony) -> FakeStream:
    decision = await telephony.desk.incoming(incoming(), 5.0)
    return await telephony.stream(telephony.carried, token_of(decision))


async def test_an_account_that_nobody_can_reach_has_its_calls_go_elsewhere(tmp_path: Path) -> None:
    telephony = Telephony(tmp_path, public_url="")
    await telephony.ready()
    assert isinstance(await telephony.desk.incoming(incoming(), 5.0), Divert)
    await telephony.close()


def over(leg: Leg) -> Why | None:
    return None if leg.termination is None else leg.termination.why


async def test_an_agent_answers_at_once_and_talks_once_the_stream_is_there(telephony: Telephony) -> None:
    decision = await telephony.desk.incoming(incoming(), 5.0)
    assert isinstance(decision, Connect)
    carried = telephony.carried
    assert decision.session == carried.session
    assert decision.doors.media.startswith(f"wss://voice.test/fake/media/{carried.session}?token=")
    assert telephony.call.state == "ringing", "nobody hears us yet"
    stream = await telephony.stream(carried, token_of(decision))
    assert telephony.call.state == "answered"
    await telephony.bench.ticks(5)
    assert stream.heard, "the agent speaks"
    assert telephony.call.about["provider"]["attestation"] == "A"
    assert (telephony.call.payer, telephony.call.from_uri) == ("inbound:main", "+491711234567")
    row = telephony.rows()["main/in-1"]
    assert (row.call_id, row.phase, row.ended) == (telephony.call.id, "up", None)


async def test_the_same_call_told_twice_gets_the_same_decision(telephony: Telephony) -> None:
    first, second = await asyncio.gather(
        telephony.desk.incoming(incoming(), 5.0), telephony.desk.incoming(incoming(), 5.0)
    )
    assert first == second == await telephony.desk.incoming(incoming(), 5.0)
    assert len(telephony.calls) == 1 and len(telephony.bench.board) == 1


@pytest.mark.parametrize(
    ("to", "why"),
    [("+49309999", Why.NOT_FOUND), ("ann", Why.NOT_FOUND)],
    ids=["nobody has that number", "phones are not to be reached by strangers"],
)
async def test_what_is_nobodys_is_refused_and_said_so(telephony: Telephony, to: str, why: Why) -> None:
    decision = await telephony.desk.incoming(incoming(to=to), 5.0)
    assert isinstance(decision, Refuse) and decision.why.why is why
    await telephony.pass_by(60)
    assert not len(telephony.calls), "a refused call is over without the provider's word"


async def test_a_full_server_has_the_call_go_elsewhere(telephony: Telephony) -> None:
    telephony.bench.registry.max_calls = 0
    decision = await telephony.desk.incoming(incoming(), 5.0)
    assert decision == Divert("", "All our lines are busy at the moment. Please call again later.")
    assert telephony.carried.machine.phase is Phase.ELSEWHERE
    telephony.desk.call_reported(CallReport("in-1", CallState.COMPLETED))
    assert not len(telephony.calls) and telephony.provider.hung_up == []


async def test_a_full_account_has_its_calls_go_to_its_number(tmp_path: Path) -> None:
    settings = {"max_calls": 1, "fallback_number": "+4930777777"}
    telephony = await Telephony(tmp_path, {"main": settings}).ready()
    await connected(telephony)
    assert await telephony.desk.incoming(incoming("in-2"), 5.0) == Divert("+4930777777", "")
    await telephony.close()


async def rung(telephony: Telephony) -> tuple[Lines, FakeStream]:
    """Somebody calls bob, who does not answer soon."""
    lines = Lines(bob=Line("bob", 2))
    lines.answering.clear()
    telephony.bench.board.carriers.insert(0, lines)
    decision = await telephony.desk.incoming(incoming(to="+4930555555"), SOON)
    assert isinstance(decision, Connect)
    return lines, await telephony.stream(telephony.carried, token_of(decision))


async def test_the_caller_hears_it_ring_while_nobody_answers(telephony: Telephony) -> None:
    lines, stream = await rung(telephony)
    await telephony.bench.ticks(10)
    assert stream.heard and len({*stream.heard}) > 1, "a ringing tone, from us"
    assert telephony.call.state == "ringing"
    lines.answering.set()
    await telephony.settle()
    assert telephony.call.state == "answered"
    stream.heard.clear()
    await telephony.bench.ticks(10)
    bob = lines.phones["bob"]
    assert isinstance(bob, Line) and bob.heard and telephony.provider.hung_up == []


async def test_nobody_answers_at_all(telephony: Telephony) -> None:
    lines, stream = await rung(telephony)
    await telephony.bench.board.hang_up(telephony.call.id, Termination(EndedBy.SERVER, Why.NO_ANSWER, 480))
    await telephony.settle()
    assert lines.cancelled == ["bob"] and stream.ended is not None
    assert telephony.provider.hung_up == ["in-1"]


async def test_a_caller_who_gives_up_before_the_answer(telephony: Telephony) -> None:
    decision = await telephony.desk.incoming(incoming(), 5.0)
    telephony.desk.call_reported(CallReport("in-1", CallState.CANCELED))
    await telephony.settle()
    assert isinstance(decision, Connect) and not len(telephony.calls)
    (call,) = telephony.bench.sink.of(CallEnded)
    assert (call.ended_by, call.why) == ("caller", "cancelled before answer")
    with pytest.raises(StreamRefused):
        opens(telephony.calls, "fake", decision.session, token_of(decision), "in-1")


async def test_a_stream_that_never_comes_ends_the_call_here_and_there(telephony: Telephony) -> None:
    await telephony.desk.incoming(incoming(), 5.0)
    leg = telephony.carried.leg
    await telephony.pass_by(14.9)
    assert over(leg) is None
    await telephony.pass_by(0.2)
    assert over(leg) is Why.UNREACHABLE
    assert telephony.provider.hung_up == ["in-1"]
    telephony.desk.call_reported(CallReport("in-1", CallState.COMPLETED))
    assert not len(telephony.calls)


async def test_a_token_is_good_for_one_stream(telephony: Telephony) -> None:
    decision = await telephony.desk.incoming(incoming(), 5.0)
    carried, token = telephony.carried, token_of(decision)
    with pytest.raises(StreamRefused, match="token"):
        opens(telephony.calls, "fake", carried.session, "guessed", "in-1")
    with pytest.raises(StreamRefused):
        opens(telephony.calls, "other", carried.session, token, "in-1")
    await telephony.stream(carried, token)
    with pytest.raises(StreamRefused, match="token"):
        opens(telephony.calls, "fake", carried.session, token, "in-1")


async def test_a_token_gets_too_old(telephony: Telephony) -> None:
    decision = await telephony.desk.incoming(incoming(), 5.0)
    telephony.means.time += 61
    with pytest.raises(StreamRefused, match="too old"):
        opens(telephony.calls, "fake", telephony.carried.session, token_of(decision), "in-1")


async def test_a_stream_of_another_call_is_refused(telephony: Telephony) -> None:
    decision = await telephony.desk.incoming(incoming(), 5.0)
    with pytest.raises(StreamRefused, match="another call"):
        opens(telephony.calls, "fake", telephony.carried.session, token_of(decision), "in-2")


async def test_the_caller_hangs_up(telephony: Telephony) -> None:
    stream = await connected(telephony)
    carried = telephony.carried
    telephony.calls.stopped(carried.session, stream)
    await telephony.settle()
    assert carried.leg.termination == Termination(EndedBy.PEER, Why.HANGUP)
    telephony.desk.call_reported(CallReport("in-1", CallState.COMPLETED, duration_s=7))
    await telephony.settle()
    assert carried.settled.is_set() and telephony.provider.hung_up == []
    row = telephony.rows()["main/in-1"]
    assert (row.state, row.phase, row.ended is not None) == ("completed", "over", True)


async def test_a_stream_that_stopped_without_an_end_is_asked_after(telephony: Telephony) -> None:
    stream = await connected(telephony)
    telephony.calls.stopped(telephony.carried.session, stream)
    await telephony.pass_by(15)
    assert telephony.provider.hung_up == ["in-1"]


async def test_the_agent_hangs_up(telephony: Telephony) -> None:
    stream = await connected(telephony)
    why = Termination(EndedBy.AGENT, Why.COMPLETED)
    await telephony.bench.board.hang_up(telephony.call.id, why)
    await telephony.settle()
    assert telephony.provider.hung_up == ["in-1"] and stream.ended == why


async def test_a_call_that_the_provider_will_not_end_is_over_in_the_end(telephony: Telephony) -> None:
    await connected(telephony)
    await telephony.bench.board.hang_up(telephony.call.id)
    for _ in range(5):
        await telephony.pass_by(15)
    assert len(telephony.provider.hung_up) == 5 and not len(telephony.calls)


async def test_a_lost_stream_may_come_again_with_a_fresh_token(telephony: Telephony) -> None:
    stream = await connected(telephony)
    carried = telephony.carried
    telephony.calls.lost(carried.session, stream, "the socket broke")
    decision: Decision = await telephony.desk.answering(carried.session, None)
    again = await telephony.stream(carried, token_of(decision))
    await telephony.pass_by(30)
    await telephony.bench.ticks(5)
    assert carried.leg.termination is None and again.heard
    telephony.calls.lost(carried.session, stream)
    assert carried.machine.phase is Phase.UP, "the old socket's end is nobody's"


async def test_a_request_that_was_answered_with_a_stream_is_good_for_no_other(telephony: Telephony) -> None:
    """Signed as it is, somebody may have kept it, and sends it again as soon as a stream breaks off or stands
    still."""
    decision = await telephony.desk.incoming(incoming(), 5.0)
    carried = telephony.carried
    assert isinstance(decision, Connect)
    stream = await telephony.stream(carried, token_of(decision))
    turn = turn_of(decision.doors.answer)
    telephony.calls.lost(carried.session, stream)
    for _ in range(2):  # the provider's own, and once more as it had no answer
        decision = await telephony.desk.answering(carried.session, turn)
    assert isinstance(decision, Connect)
    stream = await telephony.stream(carried, token_of(decision))

    assert isinstance(await telephony.desk.answering(carried.session, turn), Refuse), "another brings audio"
    await telephony.pass_by(SILENT_S)
    assert isinstance(await telephony.desk.answering(carried.session, turn), Refuse), "it stands still"
    telephony.calls.lost(carried.session, stream)
    for kept in (turn, "", "guessed"):
        assert isinstance(await telephony.desk.answering(carried.session, kept), Refuse)
    assert telephony.carried.machine.phase is Phase.AWAY
    decision = await telephony.desk.answering(carried.session, turn_of(decision.doors.answer))
    await telephony.stream(carried, token_of(decision))
    assert carried.machine.phase is Phase.UP


async def test_copies_of_a_question_get_one_token_between_them(telephony: Telephony) -> None:
    """Sent at once, before the stream has come: they take no place from what the provider itself was told."""
    stream = await connected(telephony)
    carried = telephony.carried
    decision = await telephony.desk.answering(carried.session, None)
    assert isinstance(decision, Connect)
    turn = turn_of(decision.doors.answer)
    telephony.calls.lost(carried.session, stream)
    own, *copies = [await telephony.desk.answering(carried.session, turn) for _ in range(20)]
    assert isinstance(own, Connect) and copies == [own] * 19
    second = await telephony.stream(carried, token_of(own))
    await telephony.bench.ticks(5)
    assert second.heard and carried.machine.phase is Phase.UP, "the caller's own is let in"
    with pytest.raises(StreamRefused, match="used"):
        opens(telephony.calls, "fake", carried.session, token_of(copies[0]), "in-1")
    assert isinstance(await telephony.desk.answering(carried.session, turn), Refuse)
    decision = await telephony.desk.answering(carried.session, turn_of(own.doors.answer))
    assert isinstance(decision, Connect) and decision != own, "what follows is asked with another word"


async def test_a_token_that_is_asked_for_again_is_good_for_as_long_again(telephony: Telephony) -> None:
    stream = await connected(telephony)
    session = telephony.carried.session
    telephony.calls.lost(session, stream)
    first = await telephony.desk.answering(session, None)
    telephony.means.time += 50
    assert await telephony.desk.answering(session, None) == first
    telephony.means.time += 50
    await telephony.stream(telephony.carried, token_of(first))


async def test_whoever_sends_an_answer_request_again_takes_no_stream_away(telephony: Telephony) -> None:
    first = await connected(telephony)
    carried = telephony.carried
    for _ in range(3):
        again = token_of(await telephony.desk.answering(carried.session, None))
        await telephony.pass_by(SILENT_S - 0.5)
        carried.leg.push(bytes(160))
        with pytest.raises(StreamRefused, match="brings audio"):
            await telephony.stream(carried, again)
    await telephony.bench.ticks(5)
    assert first.heard and first.ended is None and carried.machine.phase is Phase.UP


async def test_a_token_for_another_stream_while_there_is_one_is_good_for_a_moment(
    telephony: Telephony,
) -> None:
    await connected(telephony)
    again = token_of(await telephony.desk.answering(telephony.carried.session, None))
    await telephony.pass_by(AGAIN_S)
    with pytest.raises(StreamRefused, match="too old"):
        await telephony.stream(telephony.carried, again)


async def test_a_stream_that_stands_still_is_replaced_once_the_provider_asks(telephony: Telephony) -> None:
    first = await connected(telephony)
    carried = telephony.carried
    carried.leg.push(bytes(160))
    await telephony.pass_by(SILENT_S)
    second = await telephony.stream(carried, token_of(await telephony.desk.answering(carried.session, None)))
    assert first.ended is not None, "its socket is closed: should it wake up, it brings nothing any more"
    telephony.calls.lost(carried.session, first)
    assert carried.machine.phase is Phase.UP and carried.leg.stats().detail["streams"] == 2
    await telephony.bench.ticks(5)
    assert second.heard


async def test_a_provider_that_asks_before_we_hear_of_its_lost_stream(telephony: Telephony) -> None:
    first = await connected(telephony)
    carried = telephony.carried
    carried.leg.push(bytes(160))
    again = token_of(await telephony.desk.answering(carried.session, None))
    telephony.calls.lost(carried.session, first)
    await telephony.stream(carried, again)
    assert carried.machine.phase is Phase.UP


async def test_a_stream_of_another_account_is_refused(tmp_path: Path) -> None:
    telephony = await Telephony(tmp_path, {"main": {"account_id": "AC1"}}).ready()
    decision = await telephony.desk.incoming(incoming(), 5.0)
    with pytest.raises(StreamRefused, match="another account"):
        opens(telephony.calls, "fake", telephony.carried.session, token_of(decision), "in-1", "AC2")
    decision = await telephony.desk.answering(telephony.carried.session, None)
    opens(telephony.calls, "fake", telephony.carried.session, token_of(decision), "in-1", "ac1")
    await telephony.close()


async def test_a_lost_stream_that_does_not_come_again_ends_the_call(telephony: Telephony) -> None:
    stream = await connected(telephony)
    carried = telephony.carried
    telephony.calls.lost(carried.session, stream)
    await telephony.pass_by(8)
    assert carried.leg.termination is not None and carried.leg.termination.why is Why.LOST
    assert telephony.provider.hung_up == ["in-1"]


async def test_who_asks_what_next_of_a_call_that_is_over_is_told_so(telephony: Telephony) -> None:
    await connected(telephony)
    session = telephony.carried.session
    await telephony.bench.board.hang_up(telephony.call.id)
    decision = await telephony.desk.answering(session, None)
    assert isinstance(decision, Refuse) and decision.why.why is Why.HANGUP
    telephony.desk.call_reported(CallReport("in-1", CallState.COMPLETED))
    assert isinstance(await telephony.desk.answering(session, None), Refuse)
    assert isinstance(await telephony.desk.answering(UUID(int=1), None), Refuse)


async def test_another_accounts_desk_knows_nothing_of_it(telephony: Telephony) -> None:
    decision = await telephony.desk.incoming(incoming(), 5.0)
    assert isinstance(decision, Connect)
    other = AccountDesk("other", telephony.calls, lambda name, report: None)
    assert isinstance(await other.answering(decision.session, None), Refuse)
    other.call_reported(CallReport("in-1", CallState.COMPLETED, session=decision.session))
    assert telephony.carried.state is CallState.RINGING


async def test_reports_of_what_answered_and_what_it_cost_are_kept(telephony: Telephony) -> None:
    await connected(telephony)
    telephony.desk.call_reported(CallReport("in-1", answered_by=AnsweredBy.HUMAN))
    telephony.desk.call_reported(CallReport("in-1", CallState.COMPLETED))
    telephony.desk.call_reported(CallReport("in-1", cost=Decimal("0.0085"), currency="USD"))
    row = telephony.rows()["main/in-1"]
    assert (row.answered_by, row.currency) == ("human", "USD")
    assert row.cost == pytest.approx(0.0085)


async def test_places_are_given_back(telephony: Telephony) -> None:
    await connected(telephony)
    assert telephony.calls.limits["main"].calls == 1
    await telephony.bench.board.hang_up(telephony.call.id)
    await telephony.settle()
    assert telephony.calls.limits["main"].calls == 0
    served = telephony.board.served("main")
    assert served is not None and served.calls == 1, "its provider is needed until the end is told"
    telephony.desk.call_reported(CallReport("in-1", CallState.COMPLETED))
    assert served.calls == 0


async def test_a_call_whose_stream_is_of_other_audio_is_over_there_too(telephony: Telephony) -> None:
    stream = await connected(telephony)
    carried = telephony.carried
    telephony.calls.lost(carried.session, stream, "other audio")
    carried.leg.ended(Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488, "other audio"))
    decision = await telephony.desk.answering(carried.session, None)
    assert isinstance(decision, Refuse), "it opens no stream again"
    await telephony.pass_by(1)
    assert len(telephony.provider.hung_up) == 1
    assert carried.facts.detail == "other audio"
