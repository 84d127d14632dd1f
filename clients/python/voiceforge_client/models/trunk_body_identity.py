from typing import Literal

TrunkBodyIdentity = Literal["pass", "require", "verify"]

TRUNK_BODY_IDENTITY_VALUES: set[TrunkBodyIdentity] = {
    "pass",
    "require",
    "verify",
}


def check_trunk_body_identity(value: str) -> TrunkBodyIdentity:
    if value in TRUNK_BODY_IDENTITY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_BODY_IDENTITY_VALUES!r}"
    )
