from typing import Literal

ConversationShownDirection = Literal["in", "out"]

CONVERSATION_SHOWN_DIRECTION_VALUES: set[ConversationShownDirection] = {
    "in",
    "out",
}


def check_conversation_shown_direction(value: str) -> ConversationShownDirection:
    if value in CONVERSATION_SHOWN_DIRECTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CONVERSATION_SHOWN_DIRECTION_VALUES!r}"
    )
