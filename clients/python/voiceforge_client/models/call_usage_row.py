from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.usage_kind import UsageKind, check_usage_kind

T = TypeVar("T", bound="CallUsageRow")


@_attrs_define
class CallUsageRow:
    """What one call used of one kind, by one engine."""

    kind: UsageKind
    """ What is counted; each has its unit in its name or is a number of times. """
    engine: str
    amount: float
    cost: float | None
    unpriced: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        kind: str = self.kind

        engine = self.engine

        amount = self.amount

        cost: float | None
        cost = self.cost

        unpriced = self.unpriced

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "kind": kind,
                "engine": engine,
                "amount": amount,
                "cost": cost,
                "unpriced": unpriced,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = check_usage_kind(d.pop("kind"))

        engine = d.pop("engine")

        amount = d.pop("amount")

        def _parse_cost(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        cost = _parse_cost(d.pop("cost"))

        unpriced = d.pop("unpriced")

        call_usage_row = cls(
            kind=kind,
            engine=engine,
            amount=amount,
            cost=cost,
            unpriced=unpriced,
        )

        call_usage_row.additional_properties = d
        return call_usage_row

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
