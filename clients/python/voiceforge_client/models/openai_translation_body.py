from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..models.openai_translation_body_response_format import (
    OpenaiTranslationBodyResponseFormat,
    check_openai_translation_body_response_format,
)
from ..models.openai_translation_body_timestamp_granularities_item import (
    OpenaiTranslationBodyTimestampGranularitiesItem,
    check_openai_translation_body_timestamp_granularities_item,
)
from ..types import UNSET, File, Unset

T = TypeVar("T", bound="OpenaiTranslationBody")


@_attrs_define
class OpenaiTranslationBody:
    file: File
    """ The recording. """
    model: str
    """ A recogniser (`GET /v1/models`), or one of OpenAI's. """
    language: str | Unset = ""
    response_format: OpenaiTranslationBodyResponseFormat | Unset = "json"
    timestamp_granularities: (
        list[OpenaiTranslationBodyTimestampGranularitiesItem] | Unset
    ) = UNSET
    stream: bool | Unset = False
    prompt: str | Unset = ""
    """ Taken, and not followed. """
    temperature: float | Unset = 0.0
    """ Likewise. """
    chunking_strategy: str | Unset = "auto"
    """ Likewise: recordings are always cut at their pauses. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        file = self.file.to_tuple()

        model = self.model

        language = self.language

        response_format: str | Unset = UNSET
        if not isinstance(self.response_format, Unset):
            response_format = self.response_format

        timestamp_granularities: list[str] | Unset = UNSET
        if not isinstance(self.timestamp_granularities, Unset):
            timestamp_granularities = []
            for timestamp_granularities_item_data in self.timestamp_granularities:
                timestamp_granularities_item: str = timestamp_granularities_item_data
                timestamp_granularities.append(timestamp_granularities_item)

        stream = self.stream

        prompt = self.prompt

        temperature = self.temperature

        chunking_strategy = self.chunking_strategy

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "file": file,
                "model": model,
            }
        )
        if language is not UNSET:
            field_dict["language"] = language
        if response_format is not UNSET:
            field_dict["response_format"] = response_format
        if timestamp_granularities is not UNSET:
            field_dict["timestamp_granularities"] = timestamp_granularities
        if stream is not UNSET:
            field_dict["stream"] = stream
        if prompt is not UNSET:
            field_dict["prompt"] = prompt
        if temperature is not UNSET:
            field_dict["temperature"] = temperature
        if chunking_strategy is not UNSET:
            field_dict["chunking_strategy"] = chunking_strategy

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("file", self.file.to_tuple()))

        files.append(("model", (None, str(self.model).encode(), "text/plain")))

        if not isinstance(self.language, Unset):
            files.append(
                ("language", (None, str(self.language).encode(), "text/plain"))
            )

        if not isinstance(self.response_format, Unset):
            files.append(
                (
                    "response_format",
                    (None, str(self.response_format).encode(), "text/plain"),
                )
            )

        if not isinstance(self.timestamp_granularities, Unset):
            for timestamp_granularities_item_element in self.timestamp_granularities:
                files.append(
                    (
                        "timestamp_granularities",
                        (
                            None,
                            str(timestamp_granularities_item_element).encode(),
                            "text/plain",
                        ),
                    )
                )

        if not isinstance(self.stream, Unset):
            files.append(("stream", (None, str(self.stream).encode(), "text/plain")))

        if not isinstance(self.prompt, Unset):
            files.append(("prompt", (None, str(self.prompt).encode(), "text/plain")))

        if not isinstance(self.temperature, Unset):
            files.append(
                ("temperature", (None, str(self.temperature).encode(), "text/plain"))
            )

        if not isinstance(self.chunking_strategy, Unset):
            files.append(
                (
                    "chunking_strategy",
                    (None, str(self.chunking_strategy).encode(), "text/plain"),
                )
            )

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = File(payload=BytesIO(d.pop("file")))

        model = d.pop("model")

        language = d.pop("language", UNSET)

        _response_format = d.pop("response_format", UNSET)
        response_format: OpenaiTranslationBodyResponseFormat | Unset
        if isinstance(_response_format, Unset):
            response_format = UNSET
        else:
            response_format = check_openai_translation_body_response_format(
                _response_format
            )

        _timestamp_granularities = d.pop("timestamp_granularities", UNSET)
        timestamp_granularities: (
            list[OpenaiTranslationBodyTimestampGranularitiesItem] | Unset
        ) = UNSET
        if _timestamp_granularities is not UNSET:
            timestamp_granularities = []
            for timestamp_granularities_item_data in _timestamp_granularities:
                timestamp_granularities_item = (
                    check_openai_translation_body_timestamp_granularities_item(
                        timestamp_granularities_item_data
                    )
                )

                timestamp_granularities.append(timestamp_granularities_item)

        stream = d.pop("stream", UNSET)

        prompt = d.pop("prompt", UNSET)

        temperature = d.pop("temperature", UNSET)

        chunking_strategy = d.pop("chunking_strategy", UNSET)

        openai_translation_body = cls(
            file=file,
            model=model,
            language=language,
            response_format=response_format,
            timestamp_granularities=timestamp_granularities,
            stream=stream,
            prompt=prompt,
            temperature=temperature,
            chunking_strategy=chunking_strategy,
        )

        openai_translation_body.additional_properties = d
        return openai_translation_body

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
