from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.phone_price_shown import PhonePriceShown


T = TypeVar("T", bound="PhonePrices")


@_attrs_define
class PhonePrices:
    """The whole table of prices."""

    prices: list[PhonePriceShown]

    def to_dict(self) -> dict[str, Any]:
        prices = []
        for prices_item_data in self.prices:
            prices_item = prices_item_data.to_dict()
            prices.append(prices_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "prices": prices,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.phone_price_shown import PhonePriceShown  # noqa: PLC0415

        d = dict(src_dict)
        prices = []
        _prices = d.pop("prices")
        for prices_item_data in _prices:
            prices_item = PhonePriceShown.from_dict(prices_item_data)

            prices.append(prices_item)

        phone_prices = cls(
            prices=prices,
        )

        return phone_prices
