from typing import Literal

TextShownDirection = Literal["in", "out"]

TEXT_SHOWN_DIRECTION_VALUES: set[TextShownDirection] = {
    "in",
    "out",
}


def check_text_shown_direction(value: str) -> TextShownDirection:
    if value in TEXT_SHOWN_DIRECTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TEXT_SHOWN_DIRECTION_VALUES!r}"
    )
