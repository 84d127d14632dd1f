from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.outbound_scope_shown import OutboundScopeShown


T = TypeVar("T", bound="OutboundShown")


@_attrs_define
class OutboundShown:
    """The limits on calls out."""

    currency: str
    limits: list[OutboundScopeShown]
    reached: list[str]
    """ Limits that refuse calls now, a line each. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        currency = self.currency

        limits = []
        for limits_item_data in self.limits:
            limits_item = limits_item_data.to_dict()
            limits.append(limits_item)

        reached = self.reached

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "currency": currency,
                "limits": limits,
                "reached": reached,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.outbound_scope_shown import OutboundScopeShown  # noqa: PLC0415

        d = dict(src_dict)
        currency = d.pop("currency")

        limits = []
        _limits = d.pop("limits")
        for limits_item_data in _limits:
            limits_item = OutboundScopeShown.from_dict(limits_item_data)

            limits.append(limits_item)

        reached = cast(list[str], d.pop("reached"))

        outbound_shown = cls(
            currency=currency,
            limits=limits,
            reached=reached,
        )

        outbound_shown.additional_properties = d
        return outbound_shown

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
