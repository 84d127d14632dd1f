from typing import Literal

Kind = Literal["embedding", "llm", "stt", "tts", "turn", "vad"]

KIND_VALUES: set[Kind] = {
    "embedding",
    "llm",
    "stt",
    "tts",
    "turn",
    "vad",
}


def check_kind(value: str) -> Kind:
    if value in KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {KIND_VALUES!r}")
