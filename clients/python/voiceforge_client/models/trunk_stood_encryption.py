from typing import Literal

TrunkStoodEncryption = Literal["off", "optional", "required"]

TRUNK_STOOD_ENCRYPTION_VALUES: set[TrunkStoodEncryption] = {
    "off",
    "optional",
    "required",
}


def check_trunk_stood_encryption(value: str) -> TrunkStoodEncryption:
    if value in TRUNK_STOOD_ENCRYPTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_STOOD_ENCRYPTION_VALUES!r}"
    )
