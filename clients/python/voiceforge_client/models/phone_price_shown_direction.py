from typing import Literal

PhonePriceShownDirection = Literal["in", "out"]

PHONE_PRICE_SHOWN_DIRECTION_VALUES: set[PhonePriceShownDirection] = {
    "in",
    "out",
}


def check_phone_price_shown_direction(value: str) -> PhonePriceShownDirection:
    if value in PHONE_PRICE_SHOWN_DIRECTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PHONE_PRICE_SHOWN_DIRECTION_VALUES!r}"
    )
