from typing import Literal

CallsMonitorSocketFormat = Literal["alaw", "mulaw", "pcm16"]

CALLS_MONITOR_SOCKET_FORMAT_VALUES: set[CallsMonitorSocketFormat] = {
    "alaw",
    "mulaw",
    "pcm16",
}


def check_calls_monitor_socket_format(value: str) -> CallsMonitorSocketFormat:
    if value in CALLS_MONITOR_SOCKET_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALLS_MONITOR_SOCKET_FORMAT_VALUES!r}"
    )
