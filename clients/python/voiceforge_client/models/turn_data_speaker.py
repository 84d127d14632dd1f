from typing import Literal

TurnDataSpeaker = Literal["agent", "caller", "operator"]

TURN_DATA_SPEAKER_VALUES: set[TurnDataSpeaker] = {
    "agent",
    "caller",
    "operator",
}


def check_turn_data_speaker(value: str) -> TurnDataSpeaker:
    if value in TURN_DATA_SPEAKER_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TURN_DATA_SPEAKER_VALUES!r}"
    )
