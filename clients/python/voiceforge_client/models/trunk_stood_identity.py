from typing import Literal

TrunkStoodIdentity = Literal["pass", "require", "verify"]

TRUNK_STOOD_IDENTITY_VALUES: set[TrunkStoodIdentity] = {
    "pass",
    "require",
    "verify",
}


def check_trunk_stood_identity(value: str) -> TrunkStoodIdentity:
    if value in TRUNK_STOOD_IDENTITY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_STOOD_IDENTITY_VALUES!r}"
    )
