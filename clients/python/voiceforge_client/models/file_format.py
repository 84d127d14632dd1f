from typing import Literal

FileFormat = Literal["aac", "flac", "mp3", "mulaw", "opus", "pcm", "wav"]

FILE_FORMAT_VALUES: set[FileFormat] = {
    "aac",
    "flac",
    "mp3",
    "mulaw",
    "opus",
    "pcm",
    "wav",
}


def check_file_format(value: str) -> FileFormat:
    if value in FILE_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FILE_FORMAT_VALUES!r}"
    )
