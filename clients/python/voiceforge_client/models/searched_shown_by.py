from typing import Literal

SearchedShownBy = Literal["words", "words and meaning"]

SEARCHED_SHOWN_BY_VALUES: set[SearchedShownBy] = {
    "words",
    "words and meaning",
}


def check_searched_shown_by(value: str) -> SearchedShownBy:
    if value in SEARCHED_SHOWN_BY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SEARCHED_SHOWN_BY_VALUES!r}"
    )
