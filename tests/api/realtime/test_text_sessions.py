"""Conversations that are written, and what is spoken without having been asked aloud."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from api.access.asker import Asker
from mediaserver.storage.records import TurnSaid
from pipelines.engines.protocols import LlmMessage, LlmToolCall
from tests.api.realtime.desk import MODEL, RealtimeDesk, said

TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}}


async def test_a_written_turn_is_answered_in_writing(desk: RealtimeDesk) -> None:
    desk.llm.answers.append(said("All is well."))
    client = await desk.connect()
    assert client.session["model"] == MODEL
    await client.setup(instructions="Be brief.", output_modalities=["text"])
    await client.write("How are you?")
    done = await client.ask()
    assert done["status"] == "completed"
    assert done["output"][0]["content"] == [{"type": "output_text", "text": "All is well. "}]
    assert [each["delta"] for each in client.of("response.output_text.delta")] == ["All ", "is ", "well. "]
    assert done["usage"]["total_tokens"] == 25
    assert desk.llm.asked[0][0] == (LlmMessage("system", "Be brief."), LlmMessage("user", "How are you?"))
    assert desk.tts.spoken == []
    told = [record for record in desk.sink.records if isinstance(record, TurnSaid)]
    assert [(each.speaker, each.text) for each in told] == [("caller", "How are you?")]
    assert [each["tokens_out"] for each in desk.sink.happened("llm")] == [5]


async def test_a_written_turn_is_answered_aloud(desk: RealtimeDesk) -> None:
    desk.llm.answers.append(said("One two three. Four five."))
    client = await desk.connect()
    await client.write("Count.")
    done = await client.ask()
    assert done["output"][0]["content"] == [
        {"type": "output_audio", "transcript": "One two three. Four five."}
    ]
    second = 24_000 * 2
    assert 0.9 * second < len(client.audio()) < 1.3 * second, "five words of 200 ms"
    assert desk.tts.spoken == ["One two three.", "Four five."]
    order = [kind for kind in client.types if kind.startswith("response.")]
    assert order[:3] == ["response.created", "response.output_item.added", "response.content_part.added"]
    assert order[-4:] == [
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
    ]


async def test_the_model_answers_without_a_new_word_of_the_user(desk: RealtimeDesk) -> None:
    desk.llm.answers += [said("First."), said("Second.")]
    client = await desk.connect()
    await client.setup(output_modalities=["text"])
    await client.ask(instructions="Greet.")
    await client.ask(conversation="none", instructions="Sum up.", input=[])
    assert desk.llm.asked[0][0] == (LlmMessage("system", "Greet."),)
    assert desk.llm.asked[1][0] == (LlmMessage("system", "Sum up."),)


async def test_a_function_is_run_by_the_client(desk: RealtimeDesk) -> None:
    call = LlmToolCall("call_1", "weather", {"city": "Bonn"})
    desk.llm.answers += [[*said("Let me see."), call], said("It is sunny.")]
    client = await desk.connect()
    await client.setup(tools=[TOOL])
    await client.write("What is the weather?")
    done = await client.ask()
    assert [item["type"] for item in done["output"]] == ["message", "function_call"]
    assert [tool.name for tool in desk.llm.asked[0][1]] == ["weather"]
    output = {"type": "function_call_output", "call_id": "call_1", "output": "sun"}
    await client.send("conversation.item.create", item=output)
    done = await client.ask()
    assert done["output"][0]["content"][0]["transcript"] == "It is sunny."
    assert [message.role for message in desk.llm.asked[1][0]] == ["user", "assistant", "tool"]


async def test_an_answer_is_cancelled_and_the_next_one_comes(desk: RealtimeDesk) -> None:
    desk.llm.answers += [said(*["word"] * 300), said("Fine.")]
    client = await desk.connect()
    await client.write("Talk.")
    await client.send("response.create")
    await client.told("response.output_audio.delta")
    await client.send("response.cancel")
    done = await client.answered()
    assert (done["status"], done["status_details"]["reason"]) == ("cancelled", "client_cancelled")
    await client.write("Stop.")
    assert (await client.ask())["output"][0]["content"][0]["transcript"] == "Fine."
    assert len(desk.llm.asked[1][0][1].content) < 300, "no more than was heard"


async def test_an_agent_lends_its_prompt_and_does_not_show_it(desk: RealtimeDesk) -> None:
    desk.llm.answers.append(said("Welcome."))
    bare = desk.hub.agent_for(MODEL, desk_asker(desk))
    desk.agents["clerk"] = replace(bare, name="clerk", prompt="You are a clerk.", owner=None)
    client = await desk.connect("clerk")
    assert client.session["instructions"] == ""
    await client.setup(instructions="Be brief.", output_modalities=["text"])
    await client.ask()
    assert desk.llm.asked[0][0] == (LlmMessage("system", "You are a clerk.\n\nBe brief."),)


async def test_a_flow_talks_by_its_own_lights(desk: RealtimeDesk) -> None:
    client = await desk.connect("demo")
    await client.setup(output_modalities=["audio"])
    greeting = await client.answered()
    assert greeting["status"] == "completed"
    assert len(client.audio()) > 24_000
    await client.write("I want a room")
    answer = await client.ask()
    assert answer["output"][0]["content"][0]["transcript"].startswith("Which office")


async def test_what_is_asked_at_once_comes_in_the_place_of_a_greeting(desk: RealtimeDesk) -> None:
    client = await desk.connect("demo")
    await client.write("I want a room")
    answer = await client.ask()
    assert answer["status"] == "completed"
    assert client.types.count("response.created") == 1
    await client.send("session.update", session={"type": "realtime", "instructions": "Be brief."})
    assert (await client.take())["error"]["param"] == "session.instructions"


async def test_a_flow_can_be_had_in_writing(desk: RealtimeDesk) -> None:
    client = await desk.connect("demo")
    await client.setup(output_modalities=["text"])
    greeting = await client.answered()
    assert greeting["output"][0]["content"][0]["type"] == "output_text"
    assert desk.tts.spoken == []


def desk_asker(desk: RealtimeDesk) -> Asker:
    return desk.access.recognise(desk.secret, "")


async def test_an_answer_that_is_cancelled_is_no_gift(desk: RealtimeDesk) -> None:
    """A model's server tells last what an answer took; who cancels before would have it for nothing."""
    desk.llm.answers += [said("x" * 39, "and", "more"), said("Fine.")]
    desk.llm.gates[1] = asyncio.Event()
    client = await desk.connect()
    await client.setup(output_modalities=["text"], instructions="y" * 400)
    await client.send("response.create")
    await client.told("response.output_text.delta")
    await client.send("response.cancel")
    assert (await client.answered())["usage"] is None
    await desk.until(lambda: bool(desk.sink.happened("llm")))
    (figures,) = desk.sink.happened("llm")
    assert (figures["tokens_in"], figures["tokens_out"], figures["complete"]) == (100, 10, False)
    desk.llm.gates.clear()
    await client.ask()
    assert [each["tokens_out"] for each in desk.sink.happened("llm")] == [10, 5]
