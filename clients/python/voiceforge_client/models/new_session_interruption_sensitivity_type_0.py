from typing import Literal

NewSessionInterruptionSensitivityType0 = Literal["high", "low", "medium"]

NEW_SESSION_INTERRUPTION_SENSITIVITY_TYPE_0_VALUES: set[
    NewSessionInterruptionSensitivityType0
] = {
    "high",
    "low",
    "medium",
}


def check_new_session_interruption_sensitivity_type_0(
    value: str,
) -> NewSessionInterruptionSensitivityType0:
    if value in NEW_SESSION_INTERRUPTION_SENSITIVITY_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {NEW_SESSION_INTERRUPTION_SENSITIVITY_TYPE_0_VALUES!r}"
    )
