from typing import Literal

UsageKind = Literal[
    "call_seconds",
    "calls",
    "llm_completion_tokens",
    "llm_prompt_tokens",
    "phone_seconds_in",
    "phone_seconds_out",
    "requests",
    "stt_seconds",
    "tts_characters",
    "tts_seconds",
]

USAGE_KIND_VALUES: set[UsageKind] = {
    "call_seconds",
    "calls",
    "llm_completion_tokens",
    "llm_prompt_tokens",
    "phone_seconds_in",
    "phone_seconds_out",
    "requests",
    "stt_seconds",
    "tts_characters",
    "tts_seconds",
}


def check_usage_kind(value: str) -> UsageKind:
    if value in USAGE_KIND_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {USAGE_KIND_VALUES!r}"
    )
