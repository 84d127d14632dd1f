from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.flow_shown_newest_state_type_0 import (
    FlowShownNewestStateType0,
    check_flow_shown_newest_state_type_0,
)

T = TypeVar("T", bound="FlowShown")


@_attrs_define
class FlowShown:
    """A flow, and what new calls run of it."""

    name: str
    owner: None | UUID
    """ The key that it belongs to; null: everybody may use it. """
    published: int | None
    """ The version that new calls run; null: none can. """
    split_version: int | None
    """ Another that shares the calls with it. """
    split_percent: int | None
    """ So many of a hundred get that one. """
    newest: int | None
    newest_state: FlowShownNewestStateType0 | None
    """ `draft`: it has errors. """
    versions: int
    about: str
    """ What the newest version says of itself. """
    errors: int
    """ Of the newest version. """
    warnings: int
    """ Of the newest version. """
    published_at: datetime.datetime | None
    """ When new calls began to run what they run. """
    drafted_at: datetime.datetime | None
    """ When its working copy was saved last; null: none. """
    agents: list[str]
    """ Those whose calls run it. """
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        owner: None | str
        if isinstance(self.owner, UUID):
            owner = str(self.owner)
        else:
            owner = self.owner

        published: int | None
        published = self.published

        split_version: int | None
        split_version = self.split_version

        split_percent: int | None
        split_percent = self.split_percent

        newest: int | None
        newest = self.newest

        newest_state: None | str
        if isinstance(self.newest_state, str):
            newest_state = self.newest_state
        else:
            newest_state = self.newest_state

        versions = self.versions

        about = self.about

        errors = self.errors

        warnings = self.warnings

        published_at: None | str
        if isinstance(self.published_at, datetime.datetime):
            published_at = self.published_at.isoformat()
        else:
            published_at = self.published_at

        drafted_at: None | str
        if isinstance(self.drafted_at, datetime.datetime):
            drafted_at = self.drafted_at.isoformat()
        else:
            drafted_at = self.drafted_at

        agents = self.agents

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "owner": owner,
                "published": published,
                "split_version": split_version,
                "split_percent": split_percent,
                "newest": newest,
                "newest_state": newest_state,
                "versions": versions,
                "about": about,
                "errors": errors,
                "warnings": warnings,
                "published_at": published_at,
                "drafted_at": drafted_at,
                "agents": agents,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

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

        def _parse_published(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        published = _parse_published(d.pop("published"))

        def _parse_split_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        split_version = _parse_split_version(d.pop("split_version"))

        def _parse_split_percent(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        split_percent = _parse_split_percent(d.pop("split_percent"))

        def _parse_newest(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        newest = _parse_newest(d.pop("newest"))

        def _parse_newest_state(data: object) -> FlowShownNewestStateType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                newest_state_type_0 = check_flow_shown_newest_state_type_0(data)

                return newest_state_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FlowShownNewestStateType0 | None, data)

        newest_state = _parse_newest_state(d.pop("newest_state"))

        versions = d.pop("versions")

        about = d.pop("about")

        errors = d.pop("errors")

        warnings = d.pop("warnings")

        def _parse_published_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                published_at_type_0 = datetime.datetime.fromisoformat(data)

                return published_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        published_at = _parse_published_at(d.pop("published_at"))

        def _parse_drafted_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                drafted_at_type_0 = datetime.datetime.fromisoformat(data)

                return drafted_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        drafted_at = _parse_drafted_at(d.pop("drafted_at"))

        agents = cast(list[str], d.pop("agents"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        flow_shown = cls(
            name=name,
            owner=owner,
            published=published,
            split_version=split_version,
            split_percent=split_percent,
            newest=newest,
            newest_state=newest_state,
            versions=versions,
            about=about,
            errors=errors,
            warnings=warnings,
            published_at=published_at,
            drafted_at=drafted_at,
            agents=agents,
            created_at=created_at,
            updated_at=updated_at,
        )

        flow_shown.additional_properties = d
        return flow_shown

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
