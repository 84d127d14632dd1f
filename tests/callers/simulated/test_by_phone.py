"""What a caller on the phone makes of what the server shows, without a call; calls are in tests/cli."""

from __future__ import annotations

import pytest

from callers.simulated.by_phone import PhoneCaller, _Ours, _Turn, _waits
from callers.simulated.persona import Persona
from callers.simulated.record import SimulatedCall
from callers.simulated.scripted import Script, ScriptedMind
from callers.simulated.voice import BUILT_IN, CallerVoices, lines_of
from callers.transcript import ServerEvent
from callers.voiced import Segment
from mediaserver.errors import ConfigError

ANN = Persona(name="ann")


def caller() -> PhoneCaller:
    return PhoneCaller(ANN, ScriptedMind(Script(ANN)), CallerVoices(), BUILT_IN)


def told(phone: PhoneCaller, kind: str, **data: object) -> None:
    phone.told(ServerEvent(kind, data))


def test_lines_outcomes_and_transfers_are_taken_from_the_transcript() -> None:
    phone = caller()
    told(phone, "agent", text="Hello.")
    told(phone, "agent", text="")
    told(phone, "partial", text="he")
    told(phone, "outcome", flow="a", status="held", data={"x": 1})
    told(phone, "outcome", flow="a", status="confirmed", data="spoilt")
    told(phone, "transfer", step="begun", to="202")
    assert [line.text for line in phone.call.lines] == ["Hello."]
    assert [(made.status, made.data) for made in phone.call.outcomes] == [("confirmed", {})]
    assert (phone.call.transferred_to, phone.call.ended_by) == ("202", "")
    told(phone, "transfer", step="failed", to="202")
    assert phone.call.transferred_to == ""
    told(phone, "transfer", step="accepted", to="203")
    assert (phone.call.transferred_to, phone.call.ended_by) == ("203", "transfer")


def turn(first_s: float, last_s: float, answered: bool = True) -> _Turn:
    return _Turn(first_s * 8_000, last_s * 8_000, answered, False)


def voice(first_s: float, last_s: float) -> Segment:
    return Segment(int(first_s * 8_000), int(last_s * 8_000))


@pytest.mark.parametrize(
    ("ours", "onsets", "ended_by", "waits_s"),
    [
        ([turn(1, 2)], [voice(2.5, 4)], "agent", [0.5]),
        ([turn(1, 2)], [voice(1.5, 4)], "agent", [0.0]),
        ([turn(1, 2), turn(5, 6)], [voice(7, 8)], "agent", [3.0, 1.0]),
        ([turn(1, 2, answered=False)], [voice(9, 10)], "agent", []),
        ([turn(1, 2)], [], "caller", [8.0]),
        ([turn(1, 2)], [], "agent", []),
    ],
)
def test_dead_air_is_what_lies_between_our_words_and_the_agents_voice(
    ours: list[_Turn], onsets: list[Segment], ended_by: str, waits_s: list[float]
) -> None:
    call = SimulatedCall(ANN, 1, by="phone")
    call.ended_by = ended_by  # type: ignore[assignment]
    assert [wait / 8_000 for wait in _waits(ours, onsets, 80_000, call)] == waits_s


def test_a_message_ends_in_silence_of_the_callers() -> None:
    phone = caller()
    told(phone, "message", seconds=3.0)
    assert phone._messages == set()
    phone._ours += [_Ours(0, 1, True, False, True), _Ours(2, 3, True, False, True)]
    told(phone, "message", seconds=3.0)
    assert phone._messages == {1}


def test_a_voice_that_cannot_speak_is_told_before_the_first_call() -> None:
    voices = CallerVoices()
    with pytest.raises(ConfigError, match="there is no voice 'donald'"):
        voices.of(Persona(name="x", voice="donald"), 1)
    assert voices.of(Persona(name="x", voice=BUILT_IN), 1) == BUILT_IN
    assert voices.of(ANN, 1) == voices.of(ANN, 1)


def test_all_that_a_script_is_sure_to_say_is_made_beforehand() -> None:
    persona = Persona.model_validate(
        {
            "name": "x",
            "temperament": "hostile",
            "facts": {"a_b": {"asked": ["a"], "say": ["one", "two"], "wrong": ["three"]}},
            "remarks": [{"say": "good morning"}],
        }
    )
    made = set(lines_of(persona))
    assert made >= {"yes", "no", "one", "two", "three", "a b", "good morning", "this is ridiculous"}
