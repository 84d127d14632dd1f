from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CallSummaryShown")


@_attrs_define
class CallSummaryShown:
    """What a call came to."""

    state: str
    """ `wanted`: it is still to be written; `made`, `failed`. """
    summary: str
    outcome: str
    follow_ups: list[str]
    made_by: str
    """ `model`, `extract` or `rule`. """
    model: str
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    fault: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        state = self.state

        summary = self.summary

        outcome = self.outcome

        follow_ups = self.follow_ups

        made_by = self.made_by

        model = self.model

        prompt_tokens = self.prompt_tokens

        completion_tokens = self.completion_tokens

        cost: float | None
        cost = self.cost

        fault = self.fault

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "state": state,
                "summary": summary,
                "outcome": outcome,
                "follow_ups": follow_ups,
                "made_by": made_by,
                "model": model,
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
                "cost": cost,
                "fault": fault,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        state = d.pop("state")

        summary = d.pop("summary")

        outcome = d.pop("outcome")

        follow_ups = cast(list[str], d.pop("follow_ups"))

        made_by = d.pop("made_by")

        model = d.pop("model")

        prompt_tokens = d.pop("prompt_tokens")

        completion_tokens = d.pop("completion_tokens")

        def _parse_cost(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        cost = _parse_cost(d.pop("cost"))

        fault = d.pop("fault")

        call_summary_shown = cls(
            state=state,
            summary=summary,
            outcome=outcome,
            follow_ups=follow_ups,
            made_by=made_by,
            model=model,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            cost=cost,
            fault=fault,
        )

        call_summary_shown.additional_properties = d
        return call_summary_shown

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
