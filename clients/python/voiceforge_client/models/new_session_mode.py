from typing import Literal

NewSessionMode = Literal["hybrid", "text", "voice"]

NEW_SESSION_MODE_VALUES: set[NewSessionMode] = {
    "hybrid",
    "text",
    "voice",
}


def check_new_session_mode(value: str) -> NewSessionMode:
    if value in NEW_SESSION_MODE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {NEW_SESSION_MODE_VALUES!r}"
    )
