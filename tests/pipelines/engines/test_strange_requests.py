"""What another machine may write into a request that it opens here: it ends that request, and no worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from pipelines.engines.stt.pocketsphinx.engine import PocketsphinxStt
from pipelines.engines.tts.espeak.engine import EspeakTts
from pipelines.workers.pool import WorkerPool
from pipelines.workers.protocol import Msg, pack
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import STRIKES
from tests.pipelines.workers.asker import Asker

pytestmark = pytest.mark.asyncio(loop_scope="module")
SAYING = {"voice": "", "language": "en", "rate": 1.0, "text": "hello"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pools() -> AsyncIterator[dict[str, WorkerPool]]:
    """A voice, and a recogniser of each kind."""
    windows = WorkerSpec("buzz-windows", "tests.pipelines.engines.stt.buzz_worker")
    found = {
        "voice": EspeakTts(workers=1).pool,
        "grammars": PocketsphinxStt(workers=1).pool,
        "windows": WorkerPool(windows, 1),
        "neural": WorkerPool(WorkerSpec("tones", "tests.pipelines.engines.tts.tone_worker"), 1),
    }
    for pool in found.values():
        await pool.start()
    yield found
    for pool in found.values():
        pool.stop()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("voice", {}),
        ("voice", {**SAYING, "rate": "fast"}),
        ("voice", {**SAYING, "rate": 1e999}),
        ("voice", {**SAYING, "rate": None}),
        ("voice", {**SAYING, "pitch": float("nan")}),
        ("neural", {**SAYING, "pitch": float("nan")}),
        ("grammars", {"grammar": [1]}),
        ("grammars", {"grammar": {"jsgf": 5, "name": None}}),
        ("grammars", {"noise_db": "loud"}),
        ("neural", {}),
        ("neural", {**SAYING, "rate": "fast"}),
        ("windows", {"grammar": "all words"}),
        ("windows", {"noise_db": {}}),
        ("windows", {"priority": "first"}),
    ],
)
async def test_strange_fields_end_their_request_alone(
    pools: dict[str, WorkerPool], kind: str, fields: dict[str, Any]
) -> None:
    """A worker died of them, and with it the requests of all calls that it served."""
    pool = pools[kind]
    for _ in range(STRIKES + 1):
        asker = Asker()
        ticket = pool.open(asker, **fields)
        assert ticket is not None
        ticket.send(pack(Msg.AUDIO, ticket.id, bytes(32_000)) + pack(Msg.FINISH, ticket.id))
        await asker.change()
        ticket.close()
        assert not asker.lost and asker.messages[-1].kind is Msg.FAILED
    assert pool.ready and pool.restarts == 0
