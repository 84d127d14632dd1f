from typing import Literal

Gender = Literal["female", "male", "neutral"]

GENDER_VALUES: set[Gender] = {
    "female",
    "male",
    "neutral",
}


def check_gender(value: str) -> Gender:
    if value in GENDER_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {GENDER_VALUES!r}")
