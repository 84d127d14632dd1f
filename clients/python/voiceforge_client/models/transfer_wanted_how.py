from typing import Literal

TransferWantedHow = Literal["bridge", "refer"]

TRANSFER_WANTED_HOW_VALUES: set[TransferWantedHow] = {
    "bridge",
    "refer",
}


def check_transfer_wanted_how(value: str) -> TransferWantedHow:
    if value in TRANSFER_WANTED_HOW_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRANSFER_WANTED_HOW_VALUES!r}"
    )
