from typing import Literal

SignedInHow = Literal["key", "nothing", "session", "ticket", "token"]

SIGNED_IN_HOW_VALUES: set[SignedInHow] = {
    "key",
    "nothing",
    "session",
    "ticket",
    "token",
}


def check_signed_in_how(value: str) -> SignedInHow:
    if value in SIGNED_IN_HOW_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SIGNED_IN_HOW_VALUES!r}"
    )
