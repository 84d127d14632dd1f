from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.chat_answered_choices_item import ChatAnsweredChoicesItem
    from ..models.chat_answered_usage_type_0 import ChatAnsweredUsageType0


T = TypeVar("T", bound="ChatAnswered")


@_attrs_define
class ChatAnswered:
    """As OpenAI's `chat.completion`; with `stream` its chunks as server-sent events."""

    id: str
    object_: str
    created: int
    model: str
    choices: list[ChatAnsweredChoicesItem]
    usage: ChatAnsweredUsageType0 | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.chat_answered_usage_type_0 import ChatAnsweredUsageType0  # noqa: PLC0415

        id = self.id

        object_ = self.object_

        created = self.created

        model = self.model

        choices = []
        for choices_item_data in self.choices:
            choices_item = choices_item_data.to_dict()
            choices.append(choices_item)

        usage: dict[str, Any] | None
        if isinstance(self.usage, ChatAnsweredUsageType0):
            usage = self.usage.to_dict()
        else:
            usage = self.usage

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "object": object_,
                "created": created,
                "model": model,
                "choices": choices,
                "usage": usage,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.chat_answered_choices_item import ChatAnsweredChoicesItem  # noqa: PLC0415
        from ..models.chat_answered_usage_type_0 import ChatAnsweredUsageType0  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        object_ = d.pop("object")

        created = d.pop("created")

        model = d.pop("model")

        choices = []
        _choices = d.pop("choices")
        for choices_item_data in _choices:
            choices_item = ChatAnsweredChoicesItem.from_dict(choices_item_data)

            choices.append(choices_item)

        def _parse_usage(data: object) -> ChatAnsweredUsageType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                usage_type_0 = ChatAnsweredUsageType0.from_dict(data)

                return usage_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ChatAnsweredUsageType0 | None, data)

        usage = _parse_usage(d.pop("usage"))

        chat_answered = cls(
            id=id,
            object_=object_,
            created=created,
            model=model,
            choices=choices,
            usage=usage,
        )

        chat_answered.additional_properties = d
        return chat_answered

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
