from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NewWebhook")


@_attrs_define
class NewWebhook:
    url: str
    """ An https address; redirects are not followed. """
    topics: list[str] | Unset = UNSET
    """ Topics of events, with * for anything. """
    description: str | Unset = ""
    active: bool | Unset = True

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        topics: list[str] | Unset = UNSET
        if not isinstance(self.topics, Unset):
            topics = self.topics

        description = self.description

        active = self.active

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "url": url,
            }
        )
        if topics is not UNSET:
            field_dict["topics"] = topics
        if description is not UNSET:
            field_dict["description"] = description
        if active is not UNSET:
            field_dict["active"] = active

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url")

        topics = cast(list[str], d.pop("topics", UNSET))

        description = d.pop("description", UNSET)

        active = d.pop("active", UNSET)

        new_webhook = cls(
            url=url,
            topics=topics,
            description=description,
            active=active,
        )

        return new_webhook
