from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="TextLive")


@_attrs_define
class TextLive:
    """A text (SMS) of the agent's or flow's."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    step: str
    """ `sent` or `failed`. """
    to: str
    text: str | Unset = ""
    """ What was sent. """
    ref: str | Unset = ""
    """ The provider's id of it. """
    why: str | Unset = ""
    reason: str | Unset = ""
    """ In words, where it failed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        step = self.step

        to = self.to

        text = self.text

        ref = self.ref

        why = self.why

        reason = self.reason

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
        if text is not UNSET:
            field_dict["text"] = text
        if ref is not UNSET:
            field_dict["ref"] = ref
        if why is not UNSET:
            field_dict["why"] = why
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        step = d.pop("step")

        to = d.pop("to")

        text = d.pop("text", UNSET)

        ref = d.pop("ref", UNSET)

        why = d.pop("why", UNSET)

        reason = d.pop("reason", UNSET)

        text_live = cls(
            call=call,
            at=at,
            step=step,
            to=to,
            text=text,
            ref=ref,
            why=why,
            reason=reason,
        )

        text_live.additional_properties = d
        return text_live

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
