from typing import Literal

OpenaiTranslationBodyTimestampGranularitiesItem = Literal["segment", "word"]

OPENAI_TRANSLATION_BODY_TIMESTAMP_GRANULARITIES_ITEM_VALUES: set[
    OpenaiTranslationBodyTimestampGranularitiesItem
] = {
    "segment",
    "word",
}


def check_openai_translation_body_timestamp_granularities_item(
    value: str,
) -> OpenaiTranslationBodyTimestampGranularitiesItem:
    if value in OPENAI_TRANSLATION_BODY_TIMESTAMP_GRANULARITIES_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {OPENAI_TRANSLATION_BODY_TIMESTAMP_GRANULARITIES_ITEM_VALUES!r}"
    )
