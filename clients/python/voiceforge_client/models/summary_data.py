from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SummaryData")


@_attrs_define
class SummaryData:
    """What a call came to."""

    summary: str
    """ Empty: there is none, and `fault` says why. """
    outcome: str
    follow_ups: list[str]
    made_by: str
    """ `model`, `extract` or `rule`. """
    model: str
    fault: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        summary = self.summary

        outcome = self.outcome

        follow_ups = self.follow_ups

        made_by = self.made_by

        model = self.model

        fault = self.fault

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "summary": summary,
                "outcome": outcome,
                "follow_ups": follow_ups,
                "made_by": made_by,
                "model": model,
                "fault": fault,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        summary = d.pop("summary")

        outcome = d.pop("outcome")

        follow_ups = cast(list[str], d.pop("follow_ups"))

        made_by = d.pop("made_by")

        model = d.pop("model")

        fault = d.pop("fault")

        summary_data = cls(
            summary=summary,
            outcome=outcome,
            follow_ups=follow_ups,
            made_by=made_by,
            model=model,
            fault=fault,
        )

        summary_data.additional_properties = d
        return summary_data

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
