from typing import Literal

TrunkShownIdentity = Literal["pass", "require", "verify"]

TRUNK_SHOWN_IDENTITY_VALUES: set[TrunkShownIdentity] = {
    "pass",
    "require",
    "verify",
}


def check_trunk_shown_identity(value: str) -> TrunkShownIdentity:
    if value in TRUNK_SHOWN_IDENTITY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_SHOWN_IDENTITY_VALUES!r}"
    )
