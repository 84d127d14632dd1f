from typing import Literal

Style = Literal["concise", "conversational", "detailed"]

STYLE_VALUES: set[Style] = {
    "concise",
    "conversational",
    "detailed",
}


def check_style(value: str) -> Style:
    if value in STYLE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {STYLE_VALUES!r}")
