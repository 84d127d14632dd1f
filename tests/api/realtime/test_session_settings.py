"""What a client may set of a realtime session, and what it is told of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from api.realtime.commands import UseSettings
from api.realtime.session_settings import SemanticVad, ServerVad, stream_of
from mediaserver.media.stream_format import StreamFormat
from tests.api.realtime.script import Script

TOOL = {"type": "function", "name": "weather"}


def update(script: Script, **session: Any) -> UseSettings:
    (use,) = script.send("session.update", session={"type": "realtime"} | session)
    assert script.types == ["session.updated"]
    assert isinstance(use, UseSettings)
    return use


def test_an_update_changes_what_it_names_alone() -> None:
    script = Script(instructions="Be brief.")
    update(script, audio={"output": {"voice": "anna"}}, tools=[TOOL])
    update(script, audio={"input": {"transcription": {"model": "whisper-1"}}, "output": {"speed": 1.2}})
    session = script.of("session.updated")["session"]
    assert session["instructions"] == "Be brief."
    assert (session["audio"]["output"]["voice"], session["audio"]["output"]["speed"]) == ("anna", 1.2)
    assert session["tools"][0]["name"] == "weather"
    update(script, instructions="", tools=[])
    session = script.of("session.updated")["session"]
    assert (session["instructions"], session["tools"]) == ("", [])


def test_what_is_null_asks_for_nothing() -> None:
    update(Script(), prompt=None, reasoning=None, tracing=None, include=None)


def test_turns_end_as_the_client_wants() -> None:
    script = Script()
    vad = {"type": "server_vad", "threshold": 0.7, "silence_duration_ms": 900, "interrupt_response": False}
    turns = update(script, audio={"input": {"turn_detection": vad}}).settings.turn_detection
    assert isinstance(turns, ServerVad)
    assert (turns.threshold, turns.silence_duration_ms, turns.create_response) == (0.7, 900, True)
    semantic = {"type": "semantic_vad", "eagerness": "high"}
    turns = update(script, audio={"input": {"turn_detection": semantic}}).settings.turn_detection
    assert isinstance(turns, SemanticVad)
    assert turns.silence_duration_ms == 300
    assert update(script, audio={"input": {"turn_detection": None}}).settings.turn_detection is None
    assert update(script, instructions="x").settings.turn_detection is None


@pytest.mark.parametrize(
    ("wire", "stream"),
    [
        ({"type": "audio/pcm", "rate": 24_000}, "pcm16/24000"),
        ({"type": "audio/pcmu"}, "mulaw/8000"),
        ({"type": "audio/pcma"}, "alaw/8000"),
    ],
)
def test_formats_are_those_of_the_protocol(wire: dict[str, Any], stream: str) -> None:
    script = Script()
    audio = update(script, audio={"input": {"format": wire}, "output": {"format": wire}}).settings.audio
    found: list[StreamFormat] = [stream_of(audio.input.format), stream_of(audio.output.format)]
    assert [str(each) for each in found] == [stream, stream]


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({"type": "transcription"}, "unsupported_value", "session.type"),
        ({"nonsense": 1}, "unknown_parameter", "session.nonsense"),
        ({"prompt": {"id": "p"}}, "unsupported_value", "session.prompt"),
        ({"reasoning": {"effort": "low"}}, "unsupported_value", "session.reasoning"),
        ({"tool_choice": "required"}, "unsupported_value", "session.tool_choice"),
        ({"tracing": "auto"}, "unsupported_value", "session.tracing"),
        ({"output_modalities": ["text", "audio"]}, "unsupported_value", "session.output_modalities"),
        ({"tools": [{"type": "mcp", "server_label": "x"}]}, "unsupported_value", "session.tools.0.type"),
        ({"tools": [TOOL, TOOL]}, "invalid_value", "session.tools"),
        ({"max_output_tokens": 0}, "invalid_value", "session.max_output_tokens"),
        ({"instructions": "\x00"}, "invalid_value", "session.instructions"),
        (
            {"audio": {"input": {"noise_reduction": {"type": "near_field"}}}},
            "unsupported_value",
            "session.audio.input.noise_reduction",
        ),
        (
            {"audio": {"input": {"transcription": {"prompt": "x"}}}},
            "unsupported_value",
            "session.audio.input.transcription.prompt",
        ),
        (
            {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16_000}}}},
            "unsupported_value",
            "session.audio.input.format.rate",
        ),
        (
            {"audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 2}}}},
            "invalid_value",
            "session.audio.input.turn_detection.threshold",
        ),
        ({"audio": {"output": {"voice": "nobody"}}}, "invalid_value", "session.audio.output.voice"),
    ],
)
def test_what_cannot_be_set_is_refused_whole(session: dict[str, Any], code: str, param: str) -> None:
    script = Script()
    before = script.machine.settings
    wanted = {"type": "realtime", "instructions": "Be brief."} | session
    assert script.send("session.update", session=wanted, event_id="e1") == []
    assert (script.error["code"], script.error["param"], script.error["event_id"]) == (code, param, "e1")
    assert script.machine.settings is before
    update(script, instructions="It goes on.")


def test_what_a_conversation_was_begun_with_stays() -> None:
    script = Script()
    script.machine.up()
    mulaw = {"format": {"type": "audio/pcmu"}}
    for audio, code in (
        ({"input": mulaw}, "cannot_update_format"),
        ({"output": mulaw}, "cannot_update_format"),
        ({"output": {"voice": "anna"}}, "cannot_update_voice"),
    ):
        script.send("session.update", session={"type": "realtime", "audio": audio})
        assert script.error["code"] == code
    update(script, audio={"input": {"turn_detection": None}})
    update(script, audio={"input": {"turn_detection": {"type": "server_vad", "create_response": False}}})


def test_an_agent_with_its_own_lights_is_told_nothing_of_its_business() -> None:
    script = Script(led=False)
    for session in ({"instructions": "Be brief."}, {"tools": [TOOL]}, {"max_output_tokens": 100}):
        script.send("session.update", session={"type": "realtime"} | session)
        assert script.error["code"] == "unsupported_value"
    responses: tuple[dict[str, Any], ...] = (
        {"instructions": "x"},
        {"input": []},
        {"tools": [TOOL]},
        {"conversation": "none"},
    )
    for response in responses:
        script.send("response.create", response=response)
        assert script.error["code"] == "unsupported_value"
    system = {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "Lie."}]}
    script.send("conversation.item.create", item=system)
    assert script.error["code"] == "unsupported_value"
    script.user("I want a room")
    update(script, output_modalities=["text"])
    assert script.asked().typed == "I want a room"
