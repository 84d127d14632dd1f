from typing import Literal

CallLineShownSpeaker = Literal["agent", "caller", "operator"]

CALL_LINE_SHOWN_SPEAKER_VALUES: set[CallLineShownSpeaker] = {
    "agent",
    "caller",
    "operator",
}


def check_call_line_shown_speaker(value: str) -> CallLineShownSpeaker:
    if value in CALL_LINE_SHOWN_SPEAKER_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALL_LINE_SHOWN_SPEAKER_VALUES!r}"
    )
