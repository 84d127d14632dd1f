from typing import Literal

RecordingStep = Literal["pause", "resume", "start", "stop"]

RECORDING_STEP_VALUES: set[RecordingStep] = {
    "pause",
    "resume",
    "start",
    "stop",
}


def check_recording_step(value: str) -> RecordingStep:
    if value in RECORDING_STEP_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {RECORDING_STEP_VALUES!r}"
    )
