from typing import Literal

ResolvedOutcome = Literal["agent", "extension", "refused", "ring"]

RESOLVED_OUTCOME_VALUES: set[ResolvedOutcome] = {
    "agent",
    "extension",
    "refused",
    "ring",
}


def check_resolved_outcome(value: str) -> ResolvedOutcome:
    if value in RESOLVED_OUTCOME_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {RESOLVED_OUTCOME_VALUES!r}"
    )
