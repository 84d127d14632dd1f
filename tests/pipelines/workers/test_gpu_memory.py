"""The budget of the GPUs' memory: who is let in, who goes for it, and what is said when nobody can."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mediaserver.errors import EngineMemoryError
from pipelines.workers.gpu_memory import GpuBudget, GpuShare, driver_totals, on_device


class Model:
    """Holds a share, and was last used at `since` (None: it is in use)."""

    def __init__(self, since: float | None = None) -> None:
        self.since = since
        self.evicted = 0
        self.share: GpuShare | None = None

    async def load(self, budget: GpuBudget, name: str, mb: int) -> Model:
        self.share = await budget.admit(name, mb, lambda: self.since, self.evict)
        return self

    async def evict(self) -> None:
        self.evicted += 1


def budget(*totals: int) -> GpuBudget:
    return GpuBudget(lambda: totals)


async def test_the_longest_idle_goes_and_no_more_than_are_needed() -> None:
    house = budget(10_000)
    old, older, used = Model(50.0), Model(20.0), Model(None)
    for name, model, mb in (("old", old, 3_000), ("older", older, 3_000), ("used", used, 3_000)):
        await model.load(house, name, mb)
    new = await Model().load(house, "new", 4_000)
    assert (older.evicted, old.evicted, used.evicted) == (1, 0, 0)
    assert new.share is not None and house.held_mb(0) == 10_000
    assert house.evictions == {"older": 1}
    with pytest.raises(EngineMemoryError, match="no room for more, .* old 3000, used 3000, new 4000"):
        old.since = None
        await Model().load(house, "more", 1)
    house.release(new.share)
    house.release(new.share)
    assert house.held_mb(0) == 6_000


async def test_the_device_where_the_fewest_have_to_go_is_taken() -> None:
    house = budget(8_000, 10_000)
    first = await Model(1.0).load(house, "first", 6_000)
    second = await Model(None).load(house, "second", 3_000)
    assert first.share is not None and second.share is not None
    assert (first.share.device, second.share.device) == (1, 0)
    third = await Model(2.0).load(house, "third", 4_000)  # where nobody has to go, the most is free
    assert third.share is not None
    assert (third.share.device, third.share.total_mb, first.evicted) == (0, 8_000, 0)
    fourth = await Model().load(house, "fourth", 6_000)  # one goes on the other device, here none would do
    assert fourth.share is not None and fourth.share.device == 1
    assert (first.evicted, third.evicted) == (1, 0)


async def test_of_two_devices_that_which_fewer_leave_is_taken() -> None:
    house = budget(8_000, 8_000)
    models = [Model(float(since)) for since in range(3)]
    for number, (model, mb) in enumerate(zip(models, (4_000, 8_000, 4_000), strict=True)):
        await model.load(house, f"m{number}", mb)
    assert [model.share.device for model in models if model.share] == [0, 1, 0]
    new = await Model().load(house, "new", 8_000)
    assert new.share is not None and new.share.device == 1
    assert [model.evicted for model in models] == [0, 1, 0]  # though it was used later than one of the two


async def test_what_no_device_can_hold_is_told_with_what_mends_it() -> None:
    house = budget(8_000)
    with pytest.raises(EngineMemoryError, match=r"9000 MB .* has 8000: .*options\.huge\.gpu_memory_mb"):
        await Model().load(house, "huge", 9_000)


async def test_without_a_gpu_nobody_is_asked_for_memory() -> None:
    assert (await Model().load(budget(), "large", 9_000)).share is None
    asked: list[int] = []
    house = GpuBudget(lambda: asked)
    assert (await Model().load(house, "small", 0)).share is None
    assert house.devices == ()


async def test_who_runs_out_of_memory_has_the_longest_idle_one_ended() -> None:
    house = budget(10_000)
    greedy, idle = Model(None), Model(5.0)
    await greedy.load(house, "greedy", 4_000)
    await idle.load(house, "idle", 4_000)
    assert greedy.share is not None
    assert await house.make_room(greedy.share)
    assert idle.evicted == 1 and house.held_mb(0) == 4_000
    assert not await house.make_room(greedy.share), "nobody is left who could go"


@pytest.mark.parametrize(
    ("script", "totals"),
    [
        ("echo GPU-1a, 81559; echo GPU-2b, 24564", [81_559, 24_564]),
        ("echo no devices; exit 9", []),
        ("echo GPU-1a, [N/A]", []),
    ],
)
def test_the_drivers_own_tool_is_asked(
    script: str, totals: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert driver_totals() == totals
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert driver_totals() == []


@pytest.mark.parametrize(
    ("visible", "totals", "second"),
    [
        ("2,0", [40_000, 81_559], "0"),
        ("GPU-2b,GPU-3", [24_564, 40_000], "GPU-3"),
        ("1,-1,2", [24_564], "1"),
        ("", [], "1"),
    ],
)
def test_gpus_that_the_server_may_not_use_are_left_alone(
    visible: str, totals: list[int], second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho GPU-1a, 81559\necho GPU-2b, 24564\necho GPU-3c, 40000\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert driver_totals() == totals
    # numbered as the driver does it: CUDA by itself begins with the fastest
    assert on_device(1) == {"CUDA_VISIBLE_DEVICES": second, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}


async def test_who_is_to_run_on_one_device_runs_on_no_other() -> None:
    house = budget(10_000, 10_000)
    share = await house.admit("one", 6_000, lambda: None, Model().evict, 1)
    assert share is not None and share.device == 1
    with pytest.raises(EngineMemoryError, match="no room for two"):
        await house.admit("two", 6_000, lambda: None, Model().evict, 1)
    with pytest.raises(EngineMemoryError, match=r"on GPU 2, and there are 2.*options\.three\.device"):
        await house.admit("three", 6_000, lambda: None, Model().evict, 2)
