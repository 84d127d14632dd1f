from typing import Literal

TurnLatencyShownSpeaker = Literal["agent", "caller", "operator"]

TURN_LATENCY_SHOWN_SPEAKER_VALUES: set[TurnLatencyShownSpeaker] = {
    "agent",
    "caller",
    "operator",
}


def check_turn_latency_shown_speaker(value: str) -> TurnLatencyShownSpeaker:
    if value in TURN_LATENCY_SHOWN_SPEAKER_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TURN_LATENCY_SHOWN_SPEAKER_VALUES!r}"
    )
