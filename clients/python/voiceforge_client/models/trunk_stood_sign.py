from typing import Literal

TrunkStoodSign = Literal["A", "B", "C", "off"]

TRUNK_STOOD_SIGN_VALUES: set[TrunkStoodSign] = {
    "A",
    "B",
    "C",
    "off",
}


def check_trunk_stood_sign(value: str) -> TrunkStoodSign:
    if value in TRUNK_STOOD_SIGN_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_STOOD_SIGN_VALUES!r}"
    )
