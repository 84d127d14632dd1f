from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.outcome_data_data import OutcomeDataData


T = TypeVar("T", bound="OutcomeData")


@_attrs_define
class OutcomeData:
    """An agent keeps a result, or changes it."""

    flow: str
    flow_version: int | None
    status: str
    """ A word of the flow's own. """
    data: OutcomeDataData
    """ The flow's own fields. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        flow = self.flow

        flow_version: int | None
        flow_version = self.flow_version

        status = self.status

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "flow": flow,
                "flow_version": flow_version,
                "status": status,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.outcome_data_data import OutcomeDataData  # noqa: PLC0415

        d = dict(src_dict)
        flow = d.pop("flow")

        def _parse_flow_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        flow_version = _parse_flow_version(d.pop("flow_version"))

        status = d.pop("status")

        data = OutcomeDataData.from_dict(d.pop("data"))

        outcome_data = cls(
            flow=flow,
            flow_version=flow_version,
            status=status,
            data=data,
        )

        outcome_data.additional_properties = d
        return outcome_data

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
