from typing import Literal

NewTrunkSign = Literal["A", "B", "C", "off"]

NEW_TRUNK_SIGN_VALUES: set[NewTrunkSign] = {
    "A",
    "B",
    "C",
    "off",
}


def check_new_trunk_sign(value: str) -> NewTrunkSign:
    if value in NEW_TRUNK_SIGN_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {NEW_TRUNK_SIGN_VALUES!r}"
    )
