from typing import Literal

CallsSipFormatType0 = Literal["full", "json", "text"]

CALLS_SIP_FORMAT_TYPE_0_VALUES: set[CallsSipFormatType0] = {
    "full",
    "json",
    "text",
}


def check_calls_sip_format_type_0(value: str) -> CallsSipFormatType0:
    if value in CALLS_SIP_FORMAT_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALLS_SIP_FORMAT_TYPE_0_VALUES!r}"
    )
