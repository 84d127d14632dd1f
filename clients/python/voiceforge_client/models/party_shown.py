from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.party_shown_hears import PartyShownHears


T = TypeVar("T", bound="PartyShown")


@_attrs_define
class PartyShown:
    """Somebody in a call."""

    name: str
    kind: None | str
    """ Of the leg; null: it has none (an agent, what is played). """
    remote: None | str
    listens: bool
    """ It only listens: the call does not go on for its sake. """
    held: bool
    """ We hold it. """
    muted: bool | Unset = False
    hears: PartyShownHears | Unset = UNSET
    """ Whom it hears other than as loud as they are, and how loud. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        kind: None | str
        kind = self.kind

        remote: None | str
        remote = self.remote

        listens = self.listens

        held = self.held

        muted = self.muted

        hears: dict[str, Any] | Unset = UNSET
        if not isinstance(self.hears, Unset):
            hears = self.hears.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "kind": kind,
                "remote": remote,
                "listens": listens,
                "held": held,
            }
        )
        if muted is not UNSET:
            field_dict["muted"] = muted
        if hears is not UNSET:
            field_dict["hears"] = hears

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.party_shown_hears import PartyShownHears  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        def _parse_kind(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        kind = _parse_kind(d.pop("kind"))

        def _parse_remote(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        remote = _parse_remote(d.pop("remote"))

        listens = d.pop("listens")

        held = d.pop("held")

        muted = d.pop("muted", UNSET)

        _hears = d.pop("hears", UNSET)
        hears: PartyShownHears | Unset
        if isinstance(_hears, Unset):
            hears = UNSET
        else:
            hears = PartyShownHears.from_dict(_hears)

        party_shown = cls(
            name=name,
            kind=kind,
            remote=remote,
            listens=listens,
            held=held,
            muted=muted,
            hears=hears,
        )

        party_shown.additional_properties = d
        return party_shown

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
