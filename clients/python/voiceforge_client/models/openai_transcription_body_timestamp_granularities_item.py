from typing import Literal

OpenaiTranscriptionBodyTimestampGranularitiesItem = Literal["segment", "word"]

OPENAI_TRANSCRIPTION_BODY_TIMESTAMP_GRANULARITIES_ITEM_VALUES: set[
    OpenaiTranscriptionBodyTimestampGranularitiesItem
] = {
    "segment",
    "word",
}


def check_openai_transcription_body_timestamp_granularities_item(
    value: str,
) -> OpenaiTranscriptionBodyTimestampGranularitiesItem:
    if value in OPENAI_TRANSCRIPTION_BODY_TIMESTAMP_GRANULARITIES_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {OPENAI_TRANSCRIPTION_BODY_TIMESTAMP_GRANULARITIES_ITEM_VALUES!r}"
    )
