from typing import Literal

TrunkShownSign = Literal["A", "B", "C", "off"]

TRUNK_SHOWN_SIGN_VALUES: set[TrunkShownSign] = {
    "A",
    "B",
    "C",
    "off",
}


def check_trunk_shown_sign(value: str) -> TrunkShownSign:
    if value in TRUNK_SHOWN_SIGN_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_SHOWN_SIGN_VALUES!r}"
    )
