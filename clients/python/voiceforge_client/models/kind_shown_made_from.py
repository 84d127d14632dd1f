from typing import Literal

KindShownMadeFrom = Literal["documents", "server", "specification"]

KIND_SHOWN_MADE_FROM_VALUES: set[KindShownMadeFrom] = {
    "documents",
    "server",
    "specification",
}


def check_kind_shown_made_from(value: str) -> KindShownMadeFrom:
    if value in KIND_SHOWN_MADE_FROM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {KIND_SHOWN_MADE_FROM_VALUES!r}"
    )
