from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.engine_status import EngineStatus, check_engine_status

T = TypeVar("T", bound="EngineStateShown")


@_attrs_define
class EngineStateShown:
    """How an engine that was asked for fares."""

    status: EngineStatus
    ready: bool
    """ It can take work now. """
    ready_in_s: int | None
    """ While it is warming: about so many seconds still. null: nobody knows. """
    doing: None | str
    """ What it does while it starts, such as `loading weights 40 %`. """
    fault: None | str
    """ Why it cannot be had or cannot work now, and how to mend it. """
    passed_over: None | str
    """ Why calls go by it for now. """
    unloaded: bool
    """ It made room, and is loaded again when somebody wants it. """
    restarts: int
    """ How often a part of it was started again. """
    load: int
    """ Requests that run on it now. """
    waiting: int
    """ Requests for which it has no room yet. """
    workers: int
    """ Processes that it should have; 0: it has none. """
    workers_ready: int
    latency_ms: float | None
    """ A running mean: to the first word of a language model, of a whole request of one with processes. null: not
    measured yet. """
    gpu: int | None
    """ Number of the GPU that it is on. """
    gpu_mb: int
    """ Memory that is kept for it there. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status: str = self.status

        ready = self.ready

        ready_in_s: int | None
        ready_in_s = self.ready_in_s

        doing: None | str
        doing = self.doing

        fault: None | str
        fault = self.fault

        passed_over: None | str
        passed_over = self.passed_over

        unloaded = self.unloaded

        restarts = self.restarts

        load = self.load

        waiting = self.waiting

        workers = self.workers

        workers_ready = self.workers_ready

        latency_ms: float | None
        latency_ms = self.latency_ms

        gpu: int | None
        gpu = self.gpu

        gpu_mb = self.gpu_mb

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "ready": ready,
                "ready_in_s": ready_in_s,
                "doing": doing,
                "fault": fault,
                "passed_over": passed_over,
                "unloaded": unloaded,
                "restarts": restarts,
                "load": load,
                "waiting": waiting,
                "workers": workers,
                "workers_ready": workers_ready,
                "latency_ms": latency_ms,
                "gpu": gpu,
                "gpu_mb": gpu_mb,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        status = check_engine_status(d.pop("status"))

        ready = d.pop("ready")

        def _parse_ready_in_s(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        ready_in_s = _parse_ready_in_s(d.pop("ready_in_s"))

        def _parse_doing(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        doing = _parse_doing(d.pop("doing"))

        def _parse_fault(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        fault = _parse_fault(d.pop("fault"))

        def _parse_passed_over(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        passed_over = _parse_passed_over(d.pop("passed_over"))

        unloaded = d.pop("unloaded")

        restarts = d.pop("restarts")

        load = d.pop("load")

        waiting = d.pop("waiting")

        workers = d.pop("workers")

        workers_ready = d.pop("workers_ready")

        def _parse_latency_ms(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        latency_ms = _parse_latency_ms(d.pop("latency_ms"))

        def _parse_gpu(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        gpu = _parse_gpu(d.pop("gpu"))

        gpu_mb = d.pop("gpu_mb")

        engine_state_shown = cls(
            status=status,
            ready=ready,
            ready_in_s=ready_in_s,
            doing=doing,
            fault=fault,
            passed_over=passed_over,
            unloaded=unloaded,
            restarts=restarts,
            load=load,
            waiting=waiting,
            workers=workers,
            workers_ready=workers_ready,
            latency_ms=latency_ms,
            gpu=gpu,
            gpu_mb=gpu_mb,
        )

        engine_state_shown.additional_properties = d
        return engine_state_shown

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
