from typing import Literal

OpenaiTranscriptionBodyResponseFormat = Literal[
    "json", "srt", "text", "verbose_json", "vtt"
]

OPENAI_TRANSCRIPTION_BODY_RESPONSE_FORMAT_VALUES: set[
    OpenaiTranscriptionBodyResponseFormat
] = {
    "json",
    "srt",
    "text",
    "verbose_json",
    "vtt",
}


def check_openai_transcription_body_response_format(
    value: str,
) -> OpenaiTranscriptionBodyResponseFormat:
    if value in OPENAI_TRANSCRIPTION_BODY_RESPONSE_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {OPENAI_TRANSCRIPTION_BODY_RESPONSE_FORMAT_VALUES!r}"
    )
