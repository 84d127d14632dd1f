from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.wished_transcript_format import (
    WishedTranscriptFormat,
    check_wished_transcript_format,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="WishedTranscript")


@_attrs_define
class WishedTranscript:
    language: str | Unset = ""
    """ BCP 47. Empty: as the settings say. """
    engine: str | Unset = ""
    """ A recogniser; empty: the first that knows the language. """
    format_: WishedTranscriptFormat | Unset = "json"
    stream: bool | Unset = False
    """ Server-sent events: `progress`, `segment`, and `done` with all of it. """
    url: str | Unset = ""
    """ Where the audio is, in place of a file. """

    def to_dict(self) -> dict[str, Any]:
        language = self.language

        engine = self.engine

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_

        stream = self.stream

        url = self.url

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if language is not UNSET:
            field_dict["language"] = language
        if engine is not UNSET:
            field_dict["engine"] = engine
        if format_ is not UNSET:
            field_dict["format"] = format_
        if stream is not UNSET:
            field_dict["stream"] = stream
        if url is not UNSET:
            field_dict["url"] = url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        language = d.pop("language", UNSET)

        engine = d.pop("engine", UNSET)

        _format_ = d.pop("format", UNSET)
        format_: WishedTranscriptFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_wished_transcript_format(_format_)

        stream = d.pop("stream", UNSET)

        url = d.pop("url", UNSET)

        wished_transcript = cls(
            language=language,
            engine=engine,
            format_=format_,
            stream=stream,
            url=url,
        )

        return wished_transcript
