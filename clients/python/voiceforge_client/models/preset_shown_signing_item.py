from typing import Literal

PresetShownSigningItem = Literal["address", "password", "registration"]

PRESET_SHOWN_SIGNING_ITEM_VALUES: set[PresetShownSigningItem] = {
    "address",
    "password",
    "registration",
}


def check_preset_shown_signing_item(value: str) -> PresetShownSigningItem:
    if value in PRESET_SHOWN_SIGNING_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PRESET_SHOWN_SIGNING_ITEM_VALUES!r}"
    )
