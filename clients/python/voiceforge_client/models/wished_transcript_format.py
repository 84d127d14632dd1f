from typing import Literal

WishedTranscriptFormat = Literal["json", "srt", "text", "vtt"]

WISHED_TRANSCRIPT_FORMAT_VALUES: set[WishedTranscriptFormat] = {
    "json",
    "srt",
    "text",
    "vtt",
}


def check_wished_transcript_format(value: str) -> WishedTranscriptFormat:
    if value in WISHED_TRANSCRIPT_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {WISHED_TRANSCRIPT_FORMAT_VALUES!r}"
    )
