from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.tried_answer_ended import TriedAnswerEnded, check_tried_answer_ended

if TYPE_CHECKING:
    from ..models.tried_answer_steps_item import TriedAnswerStepsItem
    from ..models.tried_outcome import TriedOutcome


T = TypeVar("T", bound="TriedAnswer")


@_attrs_define
class TriedAnswer:
    """What comes of a turn."""

    id: UUID
    text: str
    """ What the flow says. """
    steps: list[TriedAnswerStepsItem]
    """ Nodes that were entered, with the `changed` variables: as a call's events `flow`. """
    outcomes: list[TriedOutcome]
    ended: TriedAnswerEnded
    """ Empty: it is the caller's turn. """
    to: str
    """ Of a transfer: whom the caller is handed to. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        text = self.text

        steps = []
        for steps_item_data in self.steps:
            steps_item = steps_item_data.to_dict()
            steps.append(steps_item)

        outcomes = []
        for outcomes_item_data in self.outcomes:
            outcomes_item = outcomes_item_data.to_dict()
            outcomes.append(outcomes_item)

        ended: str = self.ended

        to = self.to

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "text": text,
                "steps": steps,
                "outcomes": outcomes,
                "ended": ended,
                "to": to,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.tried_answer_steps_item import TriedAnswerStepsItem  # noqa: PLC0415
        from ..models.tried_outcome import TriedOutcome  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        text = d.pop("text")

        steps = []
        _steps = d.pop("steps")
        for steps_item_data in _steps:
            steps_item = TriedAnswerStepsItem.from_dict(steps_item_data)

            steps.append(steps_item)

        outcomes = []
        _outcomes = d.pop("outcomes")
        for outcomes_item_data in _outcomes:
            outcomes_item = TriedOutcome.from_dict(outcomes_item_data)

            outcomes.append(outcomes_item)

        ended = check_tried_answer_ended(d.pop("ended"))

        to = d.pop("to")

        tried_answer = cls(
            id=id,
            text=text,
            steps=steps,
            outcomes=outcomes,
            ended=ended,
            to=to,
        )

        tried_answer.additional_properties = d
        return tried_answer

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
