from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.gender import Gender, check_gender

T = TypeVar("T", bound="VoiceShown")


@_attrs_define
class VoiceShown:
    """A voice, and how it stands on this server."""

    id: str
    """ What agents, calls and requests for speech name it by. """
    name: str
    language: str
    """ Its own, BCP 47. """
    language_name: str
    """ In English. """
    gender: Gender
    description: str
    """ How it sounds, in the words that its engine is told. """
    sample: str
    """ The sentence of its preview. """
    engine: str
    """ The engine that it was made for. """
    ready: bool
    """ Some engine can speak it now. """
    spoken_by: None | str
    """ Which; null: none can. """
    instead_of: None | str
    """ `engine`, where another speaks it. """
    why: None | str
    """ Why another speaks it. """
    lacks: None | str
    """ What `engine` lacks on this server; null: nothing. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        language = self.language

        language_name = self.language_name

        gender: str = self.gender

        description = self.description

        sample = self.sample

        engine = self.engine

        ready = self.ready

        spoken_by: None | str
        spoken_by = self.spoken_by

        instead_of: None | str
        instead_of = self.instead_of

        why: None | str
        why = self.why

        lacks: None | str
        lacks = self.lacks

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "language": language,
                "language_name": language_name,
                "gender": gender,
                "description": description,
                "sample": sample,
                "engine": engine,
                "ready": ready,
                "spoken_by": spoken_by,
                "instead_of": instead_of,
                "why": why,
                "lacks": lacks,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        language = d.pop("language")

        language_name = d.pop("language_name")

        gender = check_gender(d.pop("gender"))

        description = d.pop("description")

        sample = d.pop("sample")

        engine = d.pop("engine")

        ready = d.pop("ready")

        def _parse_spoken_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        spoken_by = _parse_spoken_by(d.pop("spoken_by"))

        def _parse_instead_of(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        instead_of = _parse_instead_of(d.pop("instead_of"))

        def _parse_why(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        why = _parse_why(d.pop("why"))

        def _parse_lacks(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        lacks = _parse_lacks(d.pop("lacks"))

        voice_shown = cls(
            id=id,
            name=name,
            language=language,
            language_name=language_name,
            gender=gender,
            description=description,
            sample=sample,
            engine=engine,
            ready=ready,
            spoken_by=spoken_by,
            instead_of=instead_of,
            why=why,
            lacks=lacks,
        )

        voice_shown.additional_properties = d
        return voice_shown

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
