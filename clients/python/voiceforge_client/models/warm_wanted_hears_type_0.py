from typing import Literal

WarmWantedHearsType0 = Literal["music", "ringing"]

WARM_WANTED_HEARS_TYPE_0_VALUES: set[WarmWantedHearsType0] = {
    "music",
    "ringing",
}


def check_warm_wanted_hears_type_0(value: str) -> WarmWantedHearsType0:
    if value in WARM_WANTED_HEARS_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {WARM_WANTED_HEARS_TYPE_0_VALUES!r}"
    )
