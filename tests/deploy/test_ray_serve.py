"""Engines on two Ray nodes of this machine: calls' speech both ways, and a node that is killed meanwhile.

A call's two sides are played by one another: the recogniser hears what the voice says.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaserver.errors import EngineError, EngineLostError
from mediaserver.media.leg import Frame
from pipelines.engines.builtin import registry
from pipelines.engines.protocols import Grammar, Kind, SttResult
from pipelines.engines.registry import EngineOptions
from pipelines.engines.remote.engine import RemoteStt, RemoteTts, make_stt, make_tts
from tests.deploy.ray_cluster import KEY, ROOT, RayCluster, cluster
from tests.deploy.test_files import serve_configs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

RULE = "[in] (mountain view | san francisco | london | paris)"
PLACE = Grammar("place", f"#JSGF V1.0;\ngrammar place;\npublic <place> = {RULE};\n")
SAID = "san francisco"
FRAME = 320
CALLS = 6
PATIENT = {"connect_s": 10, "spare": 4}
"""Ten processes of Ray share what few processors there are."""


@pytest.fixture
async def ray(installed_environment: Callable[[str], Path]) -> AsyncIterator[RayCluster]:
    async with cluster(installed_environment("ray")) as up:
        yield up


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINES_KEY", KEY)


ONE_ON_EACH = {"num_replicas": 2, "max_replicas_per_node": 1}
BY_WORK = {
    "autoscaling_config": {
        "min_replicas": 1,
        "max_replicas": 2,
        "target_ongoing_requests": 3,
        "upscale_delay_s": 1,
        "metrics_interval_s": 1,
        "look_back_period_s": 2,
        "policy": {"policy_function": "deploy.ray_serve:by_work"},
    }
}


def application(kind: str, name: str, replicas: dict[str, Any]) -> dict[str, Any]:
    deployment = {
        "name": "EngineReplica",
        "max_ongoing_requests": 64,
        "ray_actor_options": {"num_cpus": 0.5},
        **replicas,
    }
    return {
        "name": name,
        "route_prefix": f"/{kind}/{name}",
        "import_path": "deploy.ray_serve:engine",
        "args": {"engine": name},
        "deployments": [deployment],
    }


class Caller:
    """One call's recogniser, which is told half of an utterance, then the rest."""

    def __init__(self, stt: RemoteStt, audio: Frame) -> None:
        self.final: asyncio.Future[SttResult] = asyncio.get_running_loop().create_future()
        self._frames = [audio[at : at + FRAME] for at in range(0, len(audio) - FRAME, FRAME)]
        self._session = stt.session(self._heard, language="en-us")
        self._session.begin(1, PLACE)

    def _heard(self, result: SttResult) -> None:
        if result.final and not self.final.done():
            self.final.set_result(result)

    def say(self, part: slice) -> None:
        for frame in self._frames[part]:
            self._session.feed(frame)

    async def end(self) -> SttResult:
        self._session.flush(2)
        async with asyncio.timeout(20):
            result = await self.final
        self._session.close()
        return result


async def spoken(tts: RemoteTts, text: str) -> Frame:
    silence = np.zeros(4_800, np.int16)
    chunks = [chunk.samples async for chunk in tts.speak(text, language="en-us")]
    return np.concatenate([silence, *chunks, silence])


async def test_no_call_is_lost_when_a_node_is_killed_in_mid_utterance(ray: RayCluster) -> None:
    applications = [("stt", "pocketsphinx"), ("tts", "espeak-ng")]
    await ray.deploy([application(kind, name, ONE_ON_EACH) for kind, name in applications])
    told = {"urls": ray.url, **PATIENT}
    tts = make_tts(EngineOptions(settings=told, name="remote:espeak-ng"))
    stt = make_stt(EngineOptions(settings=told, name="remote:pocketsphinx"))
    await asyncio.gather(tts.start(), stt.start())
    try:
        for _, name in applications:
            assert await ray.replicas(name, ray.second) == 1
        assert stt.manifest.final_within_s > 0 and tts.manifest.speaks("de")
        audio = await spoken(tts, SAID)
        first = Caller(stt, audio)
        first.say(slice(None))
        assert (await first.end()).text == SAID

        callers = [Caller(stt, audio) for _ in range(CALLS)]
        half = len(audio) // FRAME // 2
        for caller in callers:
            caller.say(slice(0, half))
        speaking = [tts.speak(f"{SAID} " * 200, language="en-us") for _ in range(CALLS)]
        for speech in speaking:
            assert len((await anext(speech)).samples)
        await ray.kill_second()
        for caller in callers:
            caller.say(slice(half, None))
        finals = await asyncio.gather(*(caller.end() for caller in callers))
        assert [final.text for final in finals] == [SAID] * CALLS

        async def rest(speech: Any) -> bool:
            """Whether it was cut off: what is heard already is not begun anew."""
            try:
                async for _ in speech:
                    pass
            except EngineLostError:
                return True
            return False

        cut = await asyncio.gather(*(rest(speech) for speech in speaking))
        assert 0 < sum(cut) < CALLS, "some were on each node"
        again = await asyncio.gather(*(spoken(tts, SAID) for _ in range(CALLS)))
        assert all(len(each) > 0.9 * len(audio) for each in again)
    finally:
        await asyncio.gather(tts.stop(), stt.stop())


async def test_more_replicas_come_when_more_is_at_work_and_nobody_gets_in_without_the_key(
    ray: RayCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ray.deploy([application("tts", "espeak-ng", BY_WORK)])
    options = EngineOptions(settings={"urls": ray.url, **PATIENT}, name="remote:espeak-ng")
    tts = make_tts(options)
    await tts.start()
    speaking = [tts.speak(f"{SAID} " * 200, language="en-us") for _ in range(CALLS)]
    try:
        assert await ray.replicas("espeak-ng") == 1
        for speech in speaking:
            assert len((await anext(speech)).samples)
        async with asyncio.timeout(120):
            while await ray.replicas("espeak-ng") < 2:  # noqa: ASYNC110 - Serve tells nobody
                await asyncio.sleep(0.5)
        monkeypatch.setenv("ENGINES_KEY", "another-key-altogether")
        with pytest.raises(EngineError, match="refuses the key"):
            await make_tts(options).start()
    finally:
        for speech in speaking:
            await speech.aclose()
        await tts.stop()


BUILDER = """
import json, sys
from types import SimpleNamespace
from deploy.ray_serve import AT_WORK, by_work, engine
from ray.serve.schema import ServeDeploySchema
for config in json.loads(sys.argv[1]):
    ServeDeploySchema.model_validate(config)
part = engine({"engine": "faster-whisper", "device_mb": 24000})._bound_deployment.ray_actor_options
faults = []
for wrong in ({}, {"engine": "pocketsphin"}, {"engine": "espeak-ng", "worker": 1}):
    try:
        engine(wrong)
    except Exception as error:
        faults.append(str(error))
def replicas(*at_work):
    metrics = {AT_WORK: {str(at): each for at, each in enumerate(at_work)}}
    config = SimpleNamespace(get_target_ongoing_requests=lambda: 2)
    return by_work(SimpleNamespace(aggregated_metrics=metrics, config=config, total_num_requests=50))[0]
print(json.dumps([part, faults, [replicas(0.0, 0.0), replicas(2.0, 3.0)]]))
"""


def test_what_serve_is_given_is_what_it_takes(installed_environment: Callable[[str], Path]) -> None:
    python = installed_environment("ray")
    run = subprocess.run(
        [python, "-c", BUILDER, json.dumps(serve_configs())],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    part, faults, replicas = json.loads(run.stdout.splitlines()[-1])
    needed = registry().find(Kind.STT, "faster-whisper").recipe_for(EngineOptions()).gpu_mb
    assert needed <= part["num_gpus"] * 24000 < needed + 240
    lacks, unknown, wrong = faults
    assert lacks.startswith("args lacks engine") and "did you mean 'pocketsphinx'" in unknown
    assert "args has no 'worker'; it may have" in wrong
    assert replicas == [0, 3]  # lines that stand ready are no work, though Serve counts them
