from typing import Literal

CallsStateType0 = Literal["ended", "live"]

CALLS_STATE_TYPE_0_VALUES: set[CallsStateType0] = {
    "ended",
    "live",
}


def check_calls_state_type_0(value: str) -> CallsStateType0:
    if value in CALLS_STATE_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALLS_STATE_TYPE_0_VALUES!r}"
    )
