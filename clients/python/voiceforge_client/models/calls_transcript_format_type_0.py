from typing import Literal

CallsTranscriptFormatType0 = Literal["json", "srt", "text", "vtt"]

CALLS_TRANSCRIPT_FORMAT_TYPE_0_VALUES: set[CallsTranscriptFormatType0] = {
    "json",
    "srt",
    "text",
    "vtt",
}


def check_calls_transcript_format_type_0(value: str) -> CallsTranscriptFormatType0:
    if value in CALLS_TRANSCRIPT_FORMAT_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALLS_TRANSCRIPT_FORMAT_TYPE_0_VALUES!r}"
    )
