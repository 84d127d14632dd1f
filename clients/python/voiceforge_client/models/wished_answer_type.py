from typing import Literal

WishedAnswerType = Literal["json_schema", "text"]

WISHED_ANSWER_TYPE_VALUES: set[WishedAnswerType] = {
    "json_schema",
    "text",
}


def check_wished_answer_type(value: str) -> WishedAnswerType:
    if value in WISHED_ANSWER_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {WISHED_ANSWER_TYPE_VALUES!r}"
    )
