from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="EmbeddingShown")


@_attrs_define
class EmbeddingShown:
    """How the vectors stand by which a collection is searched by meaning."""

    running: bool
    done: int
    """ Passages that the run has made vectors of. """
    to_do: int
    """ Passages that had none when it began. """
    refused: int
    """ Passages that the model would not take: they are found by words. """
    fault: str
    """ Why the last run came to nothing, and how to mend it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        running = self.running

        done = self.done

        to_do = self.to_do

        refused = self.refused

        fault = self.fault

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "running": running,
                "done": done,
                "to_do": to_do,
                "refused": refused,
                "fault": fault,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        running = d.pop("running")

        done = d.pop("done")

        to_do = d.pop("to_do")

        refused = d.pop("refused")

        fault = d.pop("fault")

        embedding_shown = cls(
            running=running,
            done=done,
            to_do=to_do,
            refused=refused,
            fault=fault,
        )

        embedding_shown.additional_properties = d
        return embedding_shown

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
