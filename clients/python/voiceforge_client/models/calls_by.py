from typing import Literal

CallsBy = Literal["agent", "day", "flow"]

CALLS_BY_VALUES: set[CallsBy] = {
    "agent",
    "day",
    "flow",
}


def check_calls_by(value: str) -> CallsBy:
    if value in CALLS_BY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CALLS_BY_VALUES!r}")
