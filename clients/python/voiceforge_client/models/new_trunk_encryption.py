from typing import Literal

NewTrunkEncryption = Literal["off", "optional", "required"]

NEW_TRUNK_ENCRYPTION_VALUES: set[NewTrunkEncryption] = {
    "off",
    "optional",
    "required",
}


def check_new_trunk_encryption(value: str) -> NewTrunkEncryption:
    if value in NEW_TRUNK_ENCRYPTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {NEW_TRUNK_ENCRYPTION_VALUES!r}"
    )
