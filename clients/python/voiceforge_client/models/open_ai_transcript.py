from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.open_ai_transcript_usage import OpenAiTranscriptUsage


T = TypeVar("T", bound="OpenAiTranscript")


@_attrs_define
class OpenAiTranscript:
    """With `verbose_json` also `task`, `language`, `duration`, `segments` and `words`."""

    text: str
    usage: OpenAiTranscriptUsage
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        text = self.text

        usage = self.usage.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "text": text,
                "usage": usage,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.open_ai_transcript_usage import OpenAiTranscriptUsage  # noqa: PLC0415

        d = dict(src_dict)
        text = d.pop("text")

        usage = OpenAiTranscriptUsage.from_dict(d.pop("usage"))

        open_ai_transcript = cls(
            text=text,
            usage=usage,
        )

        open_ai_transcript.additional_properties = d
        return open_ai_transcript

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
