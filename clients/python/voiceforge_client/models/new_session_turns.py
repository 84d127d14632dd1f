from typing import Literal

NewSessionTurns = Literal["hands_free", "push_to_talk"]

NEW_SESSION_TURNS_VALUES: set[NewSessionTurns] = {
    "hands_free",
    "push_to_talk",
}


def check_new_session_turns(value: str) -> NewSessionTurns:
    if value in NEW_SESSION_TURNS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {NEW_SESSION_TURNS_VALUES!r}"
    )
