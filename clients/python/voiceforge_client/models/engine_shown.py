from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.kind import Kind, check_kind

if TYPE_CHECKING:
    from ..models.engine_state_shown import EngineStateShown


T = TypeVar("T", bound="EngineShown")


@_attrs_define
class EngineShown:
    """An engine."""

    kind: Kind
    name: str
    summary: str
    languages: list[str]
    """ BCP 47; `*` is any. """
    licence: str
    needs: list[str]
    """ Of `weights`, `gpu` and `key`; empty: it works out of the box. """
    ready: bool
    """ It has what it needs on this server. """
    lacks: None | str
    """ What is missing, and the command that mends it. """
    cost: str
    """ What its use costs, in words. """
    pool: None | str
    """ The pool of work that its requests belong to; null: none has a limit for it. """
    gpu_mb: int
    """ About so much memory of a GPU it takes; 0: none. """
    state: EngineStateShown | None
    """ null: nobody has asked for it since the start. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.engine_state_shown import EngineStateShown  # noqa: PLC0415

        kind: str = self.kind

        name = self.name

        summary = self.summary

        languages = self.languages

        licence = self.licence

        needs = self.needs

        ready = self.ready

        lacks: None | str
        lacks = self.lacks

        cost = self.cost

        pool: None | str
        pool = self.pool

        gpu_mb = self.gpu_mb

        state: dict[str, Any] | None
        if isinstance(self.state, EngineStateShown):
            state = self.state.to_dict()
        else:
            state = self.state

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "kind": kind,
                "name": name,
                "summary": summary,
                "languages": languages,
                "licence": licence,
                "needs": needs,
                "ready": ready,
                "lacks": lacks,
                "cost": cost,
                "pool": pool,
                "gpu_mb": gpu_mb,
                "state": state,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.engine_state_shown import EngineStateShown  # noqa: PLC0415

        d = dict(src_dict)
        kind = check_kind(d.pop("kind"))

        name = d.pop("name")

        summary = d.pop("summary")

        languages = cast(list[str], d.pop("languages"))

        licence = d.pop("licence")

        needs = cast(list[str], d.pop("needs"))

        ready = d.pop("ready")

        def _parse_lacks(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        lacks = _parse_lacks(d.pop("lacks"))

        cost = d.pop("cost")

        def _parse_pool(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        pool = _parse_pool(d.pop("pool"))

        gpu_mb = d.pop("gpu_mb")

        def _parse_state(data: object) -> EngineStateShown | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                state_type_0 = EngineStateShown.from_dict(data)

                return state_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(EngineStateShown | None, data)

        state = _parse_state(d.pop("state"))

        engine_shown = cls(
            kind=kind,
            name=name,
            summary=summary,
            languages=languages,
            licence=licence,
            needs=needs,
            ready=ready,
            lacks=lacks,
            cost=cost,
            pool=pool,
            gpu_mb=gpu_mb,
            state=state,
        )

        engine_shown.additional_properties = d
        return engine_shown

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
