from typing import Literal

NewTrunkIdentity = Literal["pass", "require", "verify"]

NEW_TRUNK_IDENTITY_VALUES: set[NewTrunkIdentity] = {
    "pass",
    "require",
    "verify",
}


def check_new_trunk_identity(value: str) -> NewTrunkIdentity:
    if value in NEW_TRUNK_IDENTITY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {NEW_TRUNK_IDENTITY_VALUES!r}"
    )
