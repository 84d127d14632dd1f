"""The model is asked before the caller's turn is over: its answer is taken over when the words are the same,
and thrown away when not; until then nothing acts and nothing is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from mediaserver.errors import EngineError
from pipelines.assistant.accounting import AheadFigures
from pipelines.assistant.agent import Assistant
from pipelines.conversation.agent import Answered, Context, Say, Silence, Utterance
from pipelines.engines.llm.openai_compatible import engine as openai_compatible
from pipelines.engines.llm.prices import ModelPrice, costs_nothing
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.protocols import LlmText
from pipelines.engines.registry import EngineOptions
from tests.fakes import CALL_ID, Conversation, FakeLlm
from tests.faults.calling import poll
from tests.model_server import MODEL, Answer, ModelServer, Piece, chat_chunks, chunk, model_server
from tests.pipelines.assistant.talking import Kit, assistant, call, events, given, greeted, text

ROOM = "i want a room with a view"


class Anything(set[str]):
    def __contains__(self, text: object) -> bool:
        return True


async def talking(agent: Assistant) -> Conversation:
    """The caller has heard the greeting; after any words turn-taking waits, since more may come."""
    talk = await greeted(agent)
    talk.stt.extensible = Anything()
    return talk


def thinking_ahead(llm: FakeLlm, *kits: Kit, **more: Any) -> Assistant:
    return assistant(llm, *kits, preemptive=True, **more)


async def supposed(talk: Conversation, llm: FakeLlm, words: str = ROOM) -> None:
    """The caller has said this and is silent, not long enough to have finished; the model is asked."""
    asked = len(llm.asked)
    await talk.say(words)
    for _ in range(25):
        await talk.tick()
        if len(llm.asked) > asked:
            return
    raise AssertionError("the model was not asked ahead")


async def test_the_answer_is_on_its_way_before_the_turn_is_over_and_is_asked_for_once() -> None:
    llm = FakeLlm(text("There are two rooms."))
    talk = await talking(thinking_ahead(llm))
    await supposed(talk, llm)
    assert not any(line.speaker == "caller" for line in talk.call.lines()), "the turn is not real yet"
    await talk.until_quiet()
    assert len(llm.asked) == 1 and llm.cancelled == 0
    assert given(llm)[2:] == [("user", ROOM)]
    (figures,) = events(talk, "llm")
    assert figures["preempted"] == "hit" and figures["tokens_wasted_in"] == figures["tokens_wasted_out"] == 0
    assert figures["tokens_in"] == 100, "counted once"
    assert talk.call.lines()[-1].heard == "There are two rooms."


async def test_what_was_won_is_the_head_start_of_a_slow_model() -> None:
    llm = FakeLlm(text("There are two rooms."))
    llm.gates[0] = asyncio.Event()
    agent = thinking_ahead(llm)
    talk = await talking(agent)
    agent._faculties.now = lambda: talk.t / 16_000
    await supposed(talk, llm)
    await talk.silence(1200)
    assert len(llm.asked) == 1
    llm.gates[0].set()
    await talk.until_quiet()
    (figures,) = events(talk, "llm")
    assert 200 <= figures["won_ms"] <= 600, figures
    assert figures["first_token_ms"] > 300, "what was left to wait for"


async def test_whoever_goes_on_has_the_question_thrown_away_and_the_whole_of_it_answered() -> None:
    llm = FakeLlm(text("Two rooms."), text("Two for tomorrow."))
    llm.gates[2] = asyncio.Event()
    talk = await talking(thinking_ahead(llm))
    await supposed(talk, llm)
    llm.gates.clear()
    await talk.say(f"{ROOM} tomorrow", 400)
    assert llm.cancelled == 1 and llm.load == 0, "the model is told at once"
    await talk.until_quiet()
    assert given(llm)[2:] == [("user", f"{ROOM} tomorrow")]
    assert "Two rooms" not in str(llm.asked)
    (figures,) = events(talk, "llm")
    assert figures["preempted"] == "hit" and len(llm.asked) == 2
    assert figures["tokens_wasted_in"] > 20 and figures["tokens_wasted_out"] > 0


async def test_a_tool_waits_for_the_turn() -> None:
    llm = FakeLlm([call("look_up", what="rooms")], text("There are two."))
    kit = Kit()
    talk = await talking(thinking_ahead(llm, kit))
    await supposed(talk, llm)
    await talk.silence(100)
    assert kit.ran == []
    await talk.until_quiet()
    assert kit.ran == [{"what": "rooms"}]
    assert len(llm.asked) == 2
    assert events(talk, "llm")[0]["preempted"] == "hit"


async def test_a_tool_called_in_vain_never_runs() -> None:
    llm = FakeLlm([call("look_up", what="rooms")], text("As you like."))
    kit = Kit()
    talk = await talking(thinking_ahead(llm, kit))
    await supposed(talk, llm)
    await talk.say("forget it", 400)
    await talk.until_quiet()
    assert kit.ran == [] and not events(talk, "tool")


async def test_a_caller_who_interrupts_is_thought_ahead_of_with_what_was_heard() -> None:
    llm = FakeLlm(text("one two three four five six seven eight nine ten."), text("Very well."))
    talk = await talking(thinking_ahead(llm))
    await talk.say(ROOM)
    await talk.silence(1600)
    await talk.say("no i want a house", 900)
    await talk.until_quiet()
    assert len(llm.asked) == 2
    asked, last = events(talk, "llm")
    assert asked["preempted"] == last["preempted"] == "hit"
    (words,) = [words for role, words in given(llm)[2:] if role == "assistant"]
    assert words and "ten" not in words


async def test_nothing_is_asked_ahead_while_the_model_thinks_of_what_was_said_before() -> None:
    llm = FakeLlm(text("Two rooms."), text("Two houses."))
    talk = await talking(thinking_ahead(llm))
    llm.gates[0] = asyncio.Event()
    await talk.say(ROOM)
    await talk.silence(900)
    llm.gates.clear()
    await talk.say("or a house", 500)
    await talk.silence(300)
    assert len(llm.asked) == 1, "one at a time"
    await talk.until_quiet()
    assert given(llm)[2:] == [("user", f"{ROOM} or a house")] and llm.cancelled == 1
    assert events(talk, "llm")[-1]["preempted"] == "no"


async def test_the_memory_knows_nothing_of_what_was_not_said() -> None:
    llm = FakeLlm(text("Two rooms."), text("Goodbye then."))
    agent = thinking_ahead(llm)
    talk = await talking(agent)
    before = list(agent._memory.exchanges)
    await supposed(talk, llm)
    assert agent._memory.exchanges == before
    await talk.hang_up()
    assert agent._memory.exchanges == before and llm.load == 0
    (wasted,) = events(talk, "llm")
    assert wasted["of"] == "thinking ahead" and wasted["preempted"] == "miss"
    assert wasted["tokens_wasted_in"] == 100, "as its server counted them"


async def test_where_it_costs_money_it_is_off_unless_wanted() -> None:
    for free, wanted, asks in ((False, None, 0), (True, None, 1), (True, False, 0), (False, True, 1)):
        llm = FakeLlm(text("Two rooms."))
        llm.manifest = replace(FakeLlm.manifest, free=free)
        settings: dict[str, Any] = {} if wanted is None else {"preemptive": wanted}
        agent = assistant(llm, **settings)
        talk = await talking(agent)
        await talk.say(ROOM)
        await talk.silence(400)
        assert len(llm.asked) == asks, (free, wanted)


async def test_a_model_that_fails_ahead_is_asked_again_in_its_turn() -> None:
    llm = FakeLlm([EngineError("too many requests")], text("Two rooms."))
    talk = await talking(thinking_ahead(llm))
    await supposed(talk, llm)
    await talk.until_quiet()
    assert len(llm.asked) == 2 and not events(talk, "engine_failed")
    assert talk.call.lines()[-1].heard == "Two rooms."
    assert events(talk, "llm")[0]["preempted"] == "miss"


async def test_one_that_fails_behind_its_first_words_has_failed_in_the_turn() -> None:
    llm = FakeLlm([LlmText("There are "), EngineError("gone")])
    talk = await talking(thinking_ahead(llm))
    await supposed(talk, llm)
    await talk.until_quiet()
    assert events(talk, "engine_failed")


async def test_what_is_perhaps_a_yes_is_not_asked_ahead() -> None:
    kit = Kit(confirm="Shall I look up {what}?")
    llm = FakeLlm([call("look_up", what="rooms")], text("There are two."))
    talk = await talking(thinking_ahead(llm, kit))
    await talk.say(ROOM)
    await talk.until_quiet()
    asked = len(llm.asked)
    await talk.say("yes i want that")
    await talk.silence(400)
    assert len(llm.asked) == asked and kit.ran == []


async def test_a_long_answer_is_held_back_only_so_far() -> None:
    llm = FakeLlm([LlmText("word ") for _ in range(5000)])
    agent = thinking_ahead(llm)
    talk = await talking(agent)
    await supposed(talk, llm)
    await talk.silence(100)
    assert agent._ahead._asked is not None and agent._ahead._asked._events.full() and llm.load == 1
    await talk.hang_up()
    assert llm.load == 0


async def test_what_it_came_to_is_counted_by_turn() -> None:
    counted: list[AheadFigures] = []
    llm = FakeLlm(text("Two rooms."))
    agent = thinking_ahead(llm)
    agent._ahead._count = counted.append
    talk = await talking(agent)
    await supposed(talk, llm)
    await talk.until_quiet()
    assert [(each.asked, each.hit) for each in counted] == [(1, True)]


def test_a_server_of_ones_own_without_a_key_costs_nothing_nor_does_a_price_of_nothing() -> None:
    free = {"tiny": ModelPrice(input=0, output=0)}
    dear = {"tiny": ModelPrice(input=0, output=0.1)}
    assert costs_nothing("tiny", {}, own=True) and costs_nothing("tiny", free, own=False)
    assert not costs_nothing("tiny", {}, own=False) and not costs_nothing("tiny", dear, own=True)


# ---- with the maker's client and a server


@pytest.fixture
async def llm() -> AsyncIterator[tuple[ModelServer, RemoteLlm]]:
    async with model_server(key="") as server:
        settings = {"base_url": f"{server.url}/v1", "model": MODEL}
        made = await asyncio.to_thread(openai_compatible.make, EngineOptions(settings=settings))
        await made.start()
        assert made.manifest.free
        yield server, made
        await made.stop()
    assert server.faults == []


async def respond(agent: Assistant, said: Any, line: int) -> str:
    acts = [act async for act in agent.respond(said, Context(CALL_ID, line))]
    return " ".join(act.text for act in acts if isinstance(act, Say))


def held(words: str, gate: asyncio.Event) -> Answer:
    """An answer that stops behind its first word."""
    pieces: list[Piece] = [
        chunk({"role": "assistant", "content": f"{words} "}),
        gate,
        *chat_chunks("and more."),
    ]
    return Answer(pieces)


async def until(done: Any) -> None:
    await poll("what the server sees", done)


async def test_the_server_sees_one_request_when_the_words_are_the_same(
    llm: tuple[ModelServer, RemoteLlm],
) -> None:
    server, model = llm
    server.answers.append(Answer(chat_chunks("There are ", "two rooms.")))
    agent = assistant(model)
    await respond(agent, Answered(), 1)
    agent.think_ahead(Utterance("Have you a room"))
    await until(lambda: server.asked)
    assert await respond(agent, Utterance("have you a room?"), 2) == "There are two rooms."
    assert len(server.asked) == 1 and not server.hung_up.is_set()


async def test_the_server_sees_the_hang_up_when_the_caller_goes_on(
    llm: tuple[ModelServer, RemoteLlm],
) -> None:
    server, model = llm
    gate = asyncio.Event()
    server.answers += [held("Two", gate), Answer(chat_chunks("None ", "tomorrow."))]
    agent = assistant(model)
    await respond(agent, Answered(), 1)
    agent.think_ahead(Utterance("have you a room"))
    await until(lambda: server.asked)
    agent.stop_thinking_ahead()
    await asyncio.wait_for(server.hung_up.wait(), 10)
    assert await respond(agent, Utterance("have you a room tomorrow"), 2) == "None tomorrow."
    assert "have you a room tomorrow" in str(server.asked[1]) and "Two" not in str(server.asked[1])


@pytest.mark.parametrize("said", [Utterance("have you a house"), Silence()], ids=["other words", "silence"])
async def test_the_server_sees_the_hang_up_when_something_else_is_told(
    llm: tuple[ModelServer, RemoteLlm], said: Any
) -> None:
    server, model = llm
    server.answers += [held("Two", asyncio.Event()), Answer(chat_chunks("None."))]
    agent = assistant(model)
    await respond(agent, Answered(), 1)
    agent.think_ahead(Utterance("have you a room"))
    await until(lambda: server.asked)
    assert await respond(agent, said, 2) == "None."
    await asyncio.wait_for(server.hung_up.wait(), 10)


async def test_a_turn_that_is_stopped_behind_a_taken_answer_hangs_up(
    llm: tuple[ModelServer, RemoteLlm],
) -> None:
    server, model = llm
    server.answers.append(held("Two.", asyncio.Event()))
    agent = assistant(model)
    await respond(agent, Answered(), 1)
    agent.think_ahead(Utterance("have you a room"))
    turn = asyncio.create_task(respond(agent, Utterance("have you a room"), 2))
    await until(lambda: server.asked)
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    await asyncio.wait_for(server.hung_up.wait(), 10)
    assert len(server.asked) == 1


async def test_what_was_heard_meanwhile_makes_another_question(llm: tuple[ModelServer, RemoteLlm]) -> None:
    server, model = llm
    server.answers += [Answer(chat_chunks("Here I am.")), held("Two", asyncio.Event())]
    server.answers.append(Answer(chat_chunks("Two.")))
    agent = assistant(model)
    await respond(agent, Answered(), 1)
    await respond(agent, Utterance("hello"), 2)
    agent.think_ahead(Utterance("have you a room"))
    await until(lambda: len(server.asked) == 2)
    agent.heard(2, "Here", True)
    assert await respond(agent, Utterance("have you a room"), 3) == "Two."
    assert "Here I am" not in str(server.asked[2])
