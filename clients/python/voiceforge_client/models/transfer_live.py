from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="TransferLive")


@_attrs_define
class TransferLive:
    """A step of a transfer."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    step: str
    to: str
    warm: bool | None | Unset = UNSET
    how: None | str | Unset = UNSET
    by: None | str | Unset = UNSET
    reason: None | str | Unset = UNSET
    why: None | str | Unset = UNSET
    detail: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        step = self.step

        to = self.to

        warm: bool | None | Unset
        if isinstance(self.warm, Unset):
            warm = UNSET
        else:
            warm = self.warm

        how: None | str | Unset
        if isinstance(self.how, Unset):
            how = UNSET
        else:
            how = self.how

        by: None | str | Unset
        if isinstance(self.by, Unset):
            by = UNSET
        else:
            by = self.by

        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason

        why: None | str | Unset
        if isinstance(self.why, Unset):
            why = UNSET
        else:
            why = self.why

        detail = self.detail

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "step": step,
                "to": to,
            }
        )
        if warm is not UNSET:
            field_dict["warm"] = warm
        if how is not UNSET:
            field_dict["how"] = how
        if by is not UNSET:
            field_dict["by"] = by
        if reason is not UNSET:
            field_dict["reason"] = reason
        if why is not UNSET:
            field_dict["why"] = why
        if detail is not UNSET:
            field_dict["detail"] = detail

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        step = d.pop("step")

        to = d.pop("to")

        def _parse_warm(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        warm = _parse_warm(d.pop("warm", UNSET))

        def _parse_how(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        how = _parse_how(d.pop("how", UNSET))

        def _parse_by(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        by = _parse_by(d.pop("by", UNSET))

        def _parse_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reason = _parse_reason(d.pop("reason", UNSET))

        def _parse_why(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        why = _parse_why(d.pop("why", UNSET))

        detail = d.pop("detail", UNSET)

        transfer_live = cls(
            call=call,
            at=at,
            step=step,
            to=to,
            warm=warm,
            how=how,
            by=by,
            reason=reason,
            why=why,
            detail=detail,
        )

        transfer_live.additional_properties = d
        return transfer_live

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
