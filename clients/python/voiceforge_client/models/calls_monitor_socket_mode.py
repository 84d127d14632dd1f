from typing import Literal

CallsMonitorSocketMode = Literal["barge", "listen", "takeover", "whisper"]

CALLS_MONITOR_SOCKET_MODE_VALUES: set[CallsMonitorSocketMode] = {
    "barge",
    "listen",
    "takeover",
    "whisper",
}


def check_calls_monitor_socket_mode(value: str) -> CallsMonitorSocketMode:
    if value in CALLS_MONITOR_SOCKET_MODE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALLS_MONITOR_SOCKET_MODE_VALUES!r}"
    )
