from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.call_outcome_shown_data import CallOutcomeShownData


T = TypeVar("T", bound="CallOutcomeShown")


@_attrs_define
class CallOutcomeShown:
    """What a flow achieved in a call."""

    flow: str
    status: str
    """ A word of the flow's own, e.g. `confirmed`. """
    data: CallOutcomeShownData
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        flow = self.flow

        status = self.status

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "flow": flow,
                "status": status,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_outcome_shown_data import CallOutcomeShownData  # noqa: PLC0415

        d = dict(src_dict)
        flow = d.pop("flow")

        status = d.pop("status")

        data = CallOutcomeShownData.from_dict(d.pop("data"))

        call_outcome_shown = cls(
            flow=flow,
            status=status,
            data=data,
        )

        call_outcome_shown.additional_properties = d
        return call_outcome_shown

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
