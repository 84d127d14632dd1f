from typing import Literal

OpenaiTranslationBodyResponseFormat = Literal[
    "json", "srt", "text", "verbose_json", "vtt"
]

OPENAI_TRANSLATION_BODY_RESPONSE_FORMAT_VALUES: set[
    OpenaiTranslationBodyResponseFormat
] = {
    "json",
    "srt",
    "text",
    "verbose_json",
    "vtt",
}


def check_openai_translation_body_response_format(
    value: str,
) -> OpenaiTranslationBodyResponseFormat:
    if value in OPENAI_TRANSLATION_BODY_RESPONSE_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {OPENAI_TRANSLATION_BODY_RESPONSE_FORMAT_VALUES!r}"
    )
