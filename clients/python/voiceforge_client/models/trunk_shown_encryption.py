from typing import Literal

TrunkShownEncryption = Literal["off", "optional", "required"]

TRUNK_SHOWN_ENCRYPTION_VALUES: set[TrunkShownEncryption] = {
    "off",
    "optional",
    "required",
}


def check_trunk_shown_encryption(value: str) -> TrunkShownEncryption:
    if value in TRUNK_SHOWN_ENCRYPTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_SHOWN_ENCRYPTION_VALUES!r}"
    )
