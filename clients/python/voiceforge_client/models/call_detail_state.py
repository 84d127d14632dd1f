from typing import Literal

CallDetailState = Literal["answered", "ended", "new", "ringing"]

CALL_DETAIL_STATE_VALUES: set[CallDetailState] = {
    "answered",
    "ended",
    "new",
    "ringing",
}


def check_call_detail_state(value: str) -> CallDetailState:
    if value in CALL_DETAIL_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALL_DETAIL_STATE_VALUES!r}"
    )
