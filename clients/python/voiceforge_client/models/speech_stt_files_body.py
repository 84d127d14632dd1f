from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..models.speech_stt_files_body_format import (
    SpeechSttFilesBodyFormat,
    check_speech_stt_files_body_format,
)
from ..types import UNSET, File, Unset

T = TypeVar("T", bound="SpeechSttFilesBody")


@_attrs_define
class SpeechSttFilesBody:
    file: File
    """ The recording. """
    language: str | Unset = ""
    """ BCP 47. Empty: as the settings say. """
    engine: str | Unset = ""
    """ A recogniser; empty: the first that knows the language. """
    format_: SpeechSttFilesBodyFormat | Unset = "json"
    stream: bool | Unset = False
    """ Server-sent events: `progress`, `segment`, and `done` with all of it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        file = self.file.to_tuple()

        language = self.language

        engine = self.engine

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_

        stream = self.stream

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "file": file,
            }
        )
        if language is not UNSET:
            field_dict["language"] = language
        if engine is not UNSET:
            field_dict["engine"] = engine
        if format_ is not UNSET:
            field_dict["format"] = format_
        if stream is not UNSET:
            field_dict["stream"] = stream

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("file", self.file.to_tuple()))

        if not isinstance(self.language, Unset):
            files.append(
                ("language", (None, str(self.language).encode(), "text/plain"))
            )

        if not isinstance(self.engine, Unset):
            files.append(("engine", (None, str(self.engine).encode(), "text/plain")))

        if not isinstance(self.format_, Unset):
            files.append(("format", (None, str(self.format_).encode(), "text/plain")))

        if not isinstance(self.stream, Unset):
            files.append(("stream", (None, str(self.stream).encode(), "text/plain")))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = File(payload=BytesIO(d.pop("file")))

        language = d.pop("language", UNSET)

        engine = d.pop("engine", UNSET)

        _format_ = d.pop("format", UNSET)
        format_: SpeechSttFilesBodyFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_speech_stt_files_body_format(_format_)

        stream = d.pop("stream", UNSET)

        speech_stt_files_body = cls(
            file=file,
            language=language,
            engine=engine,
            format_=format_,
            stream=stream,
        )

        speech_stt_files_body.additional_properties = d
        return speech_stt_files_body

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
