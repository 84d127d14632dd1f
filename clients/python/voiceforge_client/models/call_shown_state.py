from typing import Literal

CallShownState = Literal["answered", "ended", "new", "ringing"]

CALL_SHOWN_STATE_VALUES: set[CallShownState] = {
    "answered",
    "ended",
    "new",
    "ringing",
}


def check_call_shown_state(value: str) -> CallShownState:
    if value in CALL_SHOWN_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALL_SHOWN_STATE_VALUES!r}"
    )
