from typing import Literal

ProviderShownKind = Literal["api", "sip"]

PROVIDER_SHOWN_KIND_VALUES: set[ProviderShownKind] = {
    "api",
    "sip",
}


def check_provider_shown_kind(value: str) -> ProviderShownKind:
    if value in PROVIDER_SHOWN_KIND_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PROVIDER_SHOWN_KIND_VALUES!r}"
    )
