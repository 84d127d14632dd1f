from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.transfer_data_detail import TransferDataDetail


T = TypeVar("T", bound="TransferData")


@_attrs_define
class TransferData:
    """A step of a transfer."""

    step: str
    """ `begun`, `ringing`, `briefing`, `accepted`, `failed`, `returned`, `asked` (the other side wants one) or
    `agent` (another agent has the call). """
    to: str
    """ An address, or the agent's name. """
    at_ms: int | None
    """ Since the answer; null: not known. """
    detail: TransferDataDetail
    """ More of it: `warm`, `how`, `reason`, `by` ... """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        step = self.step

        to = self.to

        at_ms: int | None
        at_ms = self.at_ms

        detail = self.detail.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "step": step,
                "to": to,
                "at_ms": at_ms,
                "detail": detail,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.transfer_data_detail import TransferDataDetail  # noqa: PLC0415

        d = dict(src_dict)
        step = d.pop("step")

        to = d.pop("to")

        def _parse_at_ms(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        at_ms = _parse_at_ms(d.pop("at_ms"))

        detail = TransferDataDetail.from_dict(d.pop("detail"))

        transfer_data = cls(
            step=step,
            to=to,
            at_ms=at_ms,
            detail=detail,
        )

        transfer_data.additional_properties = d
        return transfer_data

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
