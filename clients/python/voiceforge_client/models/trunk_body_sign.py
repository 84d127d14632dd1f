from typing import Literal

TrunkBodySign = Literal["A", "B", "C", "off"]

TRUNK_BODY_SIGN_VALUES: set[TrunkBodySign] = {
    "A",
    "B",
    "C",
    "off",
}


def check_trunk_body_sign(value: str) -> TrunkBodySign:
    if value in TRUNK_BODY_SIGN_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_BODY_SIGN_VALUES!r}"
    )
