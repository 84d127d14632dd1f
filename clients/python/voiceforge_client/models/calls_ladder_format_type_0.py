from typing import Literal

CallsLadderFormatType0 = Literal["full", "json", "text"]

CALLS_LADDER_FORMAT_TYPE_0_VALUES: set[CallsLadderFormatType0] = {
    "full",
    "json",
    "text",
}


def check_calls_ladder_format_type_0(value: str) -> CallsLadderFormatType0:
    if value in CALLS_LADDER_FORMAT_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALLS_LADDER_FORMAT_TYPE_0_VALUES!r}"
    )
