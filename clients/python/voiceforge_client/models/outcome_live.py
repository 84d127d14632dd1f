from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.outcome_live_data import OutcomeLiveData


T = TypeVar("T", bound="OutcomeLive")


@_attrs_define
class OutcomeLive:
    """The agent keeps a result."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    flow: str
    status: str
    data: OutcomeLiveData
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        flow = self.flow

        status = self.status

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "flow": flow,
                "status": status,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.outcome_live_data import OutcomeLiveData  # noqa: PLC0415

        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        flow = d.pop("flow")

        status = d.pop("status")

        data = OutcomeLiveData.from_dict(d.pop("data"))

        outcome_live = cls(
            call=call,
            at=at,
            flow=flow,
            status=status,
            data=data,
        )

        outcome_live.additional_properties = d
        return outcome_live

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
