from typing import Literal

ErasureShownState = Literal["done", "running"]

ERASURE_SHOWN_STATE_VALUES: set[ErasureShownState] = {
    "done",
    "running",
}


def check_erasure_shown_state(value: str) -> ErasureShownState:
    if value in ERASURE_SHOWN_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {ERASURE_SHOWN_STATE_VALUES!r}"
    )
