from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..models.file_format import FileFormat, check_file_format
from ..types import UNSET, File, Unset

T = TypeVar("T", bound="SpeechConvertFilesBody")


@_attrs_define
class SpeechConvertFilesBody:
    file: File
    """ The recording. """
    format_: FileFormat
    """ As clients name it. """
    sample_rate: int | Unset = 0
    """ 8000 to 48000; 0: its own, or the nearest that the format has. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        file = self.file.to_tuple()

        format_: str = self.format_

        sample_rate = self.sample_rate

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "file": file,
                "format": format_,
            }
        )
        if sample_rate is not UNSET:
            field_dict["sample_rate"] = sample_rate

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("file", self.file.to_tuple()))

        files.append(("format", (None, str(self.format_).encode(), "text/plain")))

        if not isinstance(self.sample_rate, Unset):
            files.append(
                ("sample_rate", (None, str(self.sample_rate).encode(), "text/plain"))
            )

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = File(payload=BytesIO(d.pop("file")))

        format_ = check_file_format(d.pop("format"))

        sample_rate = d.pop("sample_rate", UNSET)

        speech_convert_files_body = cls(
            file=file,
            format_=format_,
            sample_rate=sample_rate,
        )

        speech_convert_files_body.additional_properties = d
        return speech_convert_files_body

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
