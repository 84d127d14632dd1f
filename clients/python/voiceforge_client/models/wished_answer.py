from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.wished_answer_type import WishedAnswerType, check_wished_answer_type
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.named_schema import NamedSchema


T = TypeVar("T", bound="WishedAnswer")


@_attrs_define
class WishedAnswer:
    type_: WishedAnswerType | Unset = "text"
    json_schema: NamedSchema | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.named_schema import NamedSchema  # noqa: PLC0415

        type_: str | Unset = UNSET
        if not isinstance(self.type_, Unset):
            type_ = self.type_

        json_schema: dict[str, Any] | None | Unset
        if isinstance(self.json_schema, Unset):
            json_schema = UNSET
        elif isinstance(self.json_schema, NamedSchema):
            json_schema = self.json_schema.to_dict()
        else:
            json_schema = self.json_schema

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if json_schema is not UNSET:
            field_dict["json_schema"] = json_schema

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.named_schema import NamedSchema  # noqa: PLC0415

        d = dict(src_dict)
        _type_ = d.pop("type", UNSET)
        type_: WishedAnswerType | Unset
        if isinstance(_type_, Unset):
            type_ = UNSET
        else:
            type_ = check_wished_answer_type(_type_)

        def _parse_json_schema(data: object) -> NamedSchema | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                json_schema_type_0 = NamedSchema.from_dict(data)

                return json_schema_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(NamedSchema | None | Unset, data)

        json_schema = _parse_json_schema(d.pop("json_schema", UNSET))

        wished_answer = cls(
            type_=type_,
            json_schema=json_schema,
        )

        return wished_answer
