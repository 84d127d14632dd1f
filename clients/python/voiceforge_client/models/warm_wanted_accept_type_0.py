from typing import Literal

WarmWantedAcceptType0 = Literal["key", "stay"]

WARM_WANTED_ACCEPT_TYPE_0_VALUES: set[WarmWantedAcceptType0] = {
    "key",
    "stay",
}


def check_warm_wanted_accept_type_0(value: str) -> WarmWantedAcceptType0:
    if value in WARM_WANTED_ACCEPT_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {WARM_WANTED_ACCEPT_TYPE_0_VALUES!r}"
    )
