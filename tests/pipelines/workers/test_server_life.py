"""When a server process is ended and started again."""

from __future__ import annotations

from pipelines.workers.server_life import BACKOFF_S, HEALTHY_AFTER_S, LifePhase, ServerLife


def ready(life: ServerLife, now: float) -> None:
    life.started(now)
    assert life.checked(now, True) == ""
    assert life.phase == "ready"


def test_it_has_so_long_to_load() -> None:
    life = ServerLife(start_limit_s=10, silence_limit_s=3)
    life.started(100)
    assert life.checked(110, False) == ""
    assert life.checked(110.5, False) == "was not ready within 10 s"


def test_a_ready_one_may_be_silent_for_so_long() -> None:
    life = ServerLife(start_limit_s=10, silence_limit_s=3)
    ready(life, 0)
    assert life.checked(3, False) == ""
    assert life.checked(4, True) == ""
    assert life.checked(6, False) == ""
    assert life.checked(7.5, False) == "answered no health check for 3 s"


def test_pauses_grow_until_it_was_healthy_for_a_while() -> None:
    life = ServerLife(10, 3)
    pauses = []
    for _ in range(len(BACKOFF_S) + 1):
        ready(life, 0)
        pauses.append(life.ended(1))
    assert pauses == [*BACKOFF_S, BACKOFF_S[-1]]
    assert life.restarts == len(BACKOFF_S)
    ready(life, 0)
    life.checked(HEALTHY_AFTER_S + 1, True)
    assert life.ended(100) == BACKOFF_S[0]


def test_it_is_not_ready_while_it_ends() -> None:
    life = ServerLife(10, 3)
    ready(life, 0)
    phases = []
    for step in (life.ending, lambda: life.ended(1), life.stopped):
        step()
        phases.append(life.phase)
    assert phases == [LifePhase.ENDING, LifePhase.WAITING, LifePhase.STOPPED]
    assert life.was_ready
