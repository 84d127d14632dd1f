from typing import Literal

EngineStatus = Literal["failed", "passed_over", "ready", "unloaded", "warming"]

ENGINE_STATUS_VALUES: set[EngineStatus] = {
    "failed",
    "passed_over",
    "ready",
    "unloaded",
    "warming",
}


def check_engine_status(value: str) -> EngineStatus:
    if value in ENGINE_STATUS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {ENGINE_STATUS_VALUES!r}"
    )
