from typing import Literal

TriedAnswerEnded = Literal["", "ended", "transferred"]

TRIED_ANSWER_ENDED_VALUES: set[TriedAnswerEnded] = {
    "",
    "ended",
    "transferred",
}


def check_tried_answer_ended(value: str) -> TriedAnswerEnded:
    if value in TRIED_ANSWER_ENDED_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRIED_ANSWER_ENDED_VALUES!r}"
    )
