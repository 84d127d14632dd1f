from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.file_format import FileFormat, check_file_format
from ..types import UNSET, Unset

T = TypeVar("T", bound="WishedFormat")


@_attrs_define
class WishedFormat:
    format_: FileFormat
    """ As clients name it. """
    sample_rate: int | Unset = 0
    """ 8000 to 48000; 0: its own, or the nearest that the format has. """
    url: str | Unset = ""
    """ Where the audio is, in place of a file. """

    def to_dict(self) -> dict[str, Any]:
        format_: str = self.format_

        sample_rate = self.sample_rate

        url = self.url

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "format": format_,
            }
        )
        if sample_rate is not UNSET:
            field_dict["sample_rate"] = sample_rate
        if url is not UNSET:
            field_dict["url"] = url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        format_ = check_file_format(d.pop("format"))

        sample_rate = d.pop("sample_rate", UNSET)

        url = d.pop("url", UNSET)

        wished_format = cls(
            format_=format_,
            sample_rate=sample_rate,
            url=url,
        )

        return wished_format
