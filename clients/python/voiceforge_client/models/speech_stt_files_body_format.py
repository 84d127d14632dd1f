from typing import Literal

SpeechSttFilesBodyFormat = Literal["json", "srt", "text", "vtt"]

SPEECH_STT_FILES_BODY_FORMAT_VALUES: set[SpeechSttFilesBodyFormat] = {
    "json",
    "srt",
    "text",
    "vtt",
}


def check_speech_stt_files_body_format(value: str) -> SpeechSttFilesBodyFormat:
    if value in SPEECH_STT_FILES_BODY_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SPEECH_STT_FILES_BODY_FORMAT_VALUES!r}"
    )
