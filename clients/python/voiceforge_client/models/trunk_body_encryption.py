from typing import Literal

TrunkBodyEncryption = Literal["off", "optional", "required"]

TRUNK_BODY_ENCRYPTION_VALUES: set[TrunkBodyEncryption] = {
    "off",
    "optional",
    "required",
}


def check_trunk_body_encryption(value: str) -> TrunkBodyEncryption:
    if value in TRUNK_BODY_ENCRYPTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_BODY_ENCRYPTION_VALUES!r}"
    )
