from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.mood_live import MoodLive


T = TypeVar("T", bound="FinalLive")


@_attrs_define
class FinalLive:
    """What the caller said."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    text: str
    confidence: float | None
    understood: bool
    language: None | str | Unset = UNSET
    """ Where it was heard. """
    line: int | None | Unset = UNSET
    """ Its place in the transcript. """
    mood: MoodLive | None | Unset = UNSET
    """ Where the agent's `insight` has it looked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.mood_live import MoodLive  # noqa: PLC0415

        call = str(self.call)

        at = self.at

        text = self.text

        confidence: float | None
        confidence = self.confidence

        understood = self.understood

        language: None | str | Unset
        if isinstance(self.language, Unset):
            language = UNSET
        else:
            language = self.language

        line: int | None | Unset
        if isinstance(self.line, Unset):
            line = UNSET
        else:
            line = self.line

        mood: dict[str, Any] | None | Unset
        if isinstance(self.mood, Unset):
            mood = UNSET
        elif isinstance(self.mood, MoodLive):
            mood = self.mood.to_dict()
        else:
            mood = self.mood

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "text": text,
                "confidence": confidence,
                "understood": understood,
            }
        )
        if language is not UNSET:
            field_dict["language"] = language
        if line is not UNSET:
            field_dict["line"] = line
        if mood is not UNSET:
            field_dict["mood"] = mood

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.mood_live import MoodLive  # noqa: PLC0415

        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        text = d.pop("text")

        def _parse_confidence(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        confidence = _parse_confidence(d.pop("confidence"))

        understood = d.pop("understood")

        def _parse_language(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        language = _parse_language(d.pop("language", UNSET))

        def _parse_line(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        line = _parse_line(d.pop("line", UNSET))

        def _parse_mood(data: object) -> MoodLive | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                mood_type_0 = MoodLive.from_dict(data)

                return mood_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MoodLive | None | Unset, data)

        mood = _parse_mood(d.pop("mood", UNSET))

        final_live = cls(
            call=call,
            at=at,
            text=text,
            confidence=confidence,
            understood=understood,
            language=language,
            line=line,
            mood=mood,
        )

        final_live.additional_properties = d
        return final_live

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
