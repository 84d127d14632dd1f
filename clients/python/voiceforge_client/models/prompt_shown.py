from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PromptShown")


@_attrs_define
class PromptShown:
    """A sound file."""

    name: str
    version: int
    """ Goes up with each change. """
    owner: None | UUID
    """ The key whose it is; null: the operator's, for everybody to use. """
    text: str
    """ What is said in it; empty: nobody wrote that down. """
    seconds: float
    container: str
    """ Of the file that was handed in, as its codec, rate and channels are. """
    codec: str
    rate: int
    """ In Hz. It is played at 16000. """
    channels: int
    created_at: datetime.datetime
    changed_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        version = self.version

        owner: None | str
        if isinstance(self.owner, UUID):
            owner = str(self.owner)
        else:
            owner = self.owner

        text = self.text

        seconds = self.seconds

        container = self.container

        codec = self.codec

        rate = self.rate

        channels = self.channels

        created_at = self.created_at.isoformat()

        changed_at = self.changed_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "version": version,
                "owner": owner,
                "text": text,
                "seconds": seconds,
                "container": container,
                "codec": codec,
                "rate": rate,
                "channels": channels,
                "created_at": created_at,
                "changed_at": changed_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        version = d.pop("version")

        def _parse_owner(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                owner_type_0 = UUID(data)

                return owner_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        owner = _parse_owner(d.pop("owner"))

        text = d.pop("text")

        seconds = d.pop("seconds")

        container = d.pop("container")

        codec = d.pop("codec")

        rate = d.pop("rate")

        channels = d.pop("channels")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        changed_at = datetime.datetime.fromisoformat(d.pop("changed_at"))

        prompt_shown = cls(
            name=name,
            version=version,
            owner=owner,
            text=text,
            seconds=seconds,
            container=container,
            codec=codec,
            rate=rate,
            channels=channels,
            created_at=created_at,
            changed_at=changed_at,
        )

        prompt_shown.additional_properties = d
        return prompt_shown

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
