from typing import Literal

OpenAiSpeechStreamFormat = Literal["audio", "sse"]

OPEN_AI_SPEECH_STREAM_FORMAT_VALUES: set[OpenAiSpeechStreamFormat] = {
    "audio",
    "sse",
}


def check_open_ai_speech_stream_format(value: str) -> OpenAiSpeechStreamFormat:
    if value in OPEN_AI_SPEECH_STREAM_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {OPEN_AI_SPEECH_STREAM_FORMAT_VALUES!r}"
    )
