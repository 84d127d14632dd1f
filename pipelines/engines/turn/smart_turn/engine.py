"""Smart Turn: a small model that hears whether a caller has finished, through onnxruntime on its own threads.

Its weights are the operator's to give (`engines.options.smart-turn.weights`), its package an extra (`turn`).
Must never be loaded where no setting names it, nor work on the thread of the loop.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineOptions
from pipelines.engines.turn.smart_turn.features import BANDS, FRAMES, features

log = logging.getLogger(__name__)

INPUT = "input_features"
PENDING = 8
"""Questions per thread that may wait: an answer that comes later than a pause lasts is of no use."""
LIMITS = frozenset({"workers"})
"""Its threads."""

MANIFEST = Manifest(
    name="smart-turn",
    kind=Kind.TURN,
    summary="Smart Turn v3: whether a caller has finished, by the sound of the last 8 s",
    languages=tuple("ar bn zh da nl en fi fr de hi id it ja ko mr no pl pt ru es tr uk vi".split()),
    licence="BSD-2-Clause",
    needs=("weights",),
)
GET_WEIGHTS = (
    "its weights: download smart-turn-v3.2-cpu.onnx (pipecat-ai/smart-turn-v3 on Hugging Face, BSD-2-Clause) "
    f"and name the file in engines.options.{MANIFEST.name}.weights"
)


def check() -> Readiness:
    """Whether onnxruntime is there; where the weights lie only the settings say."""
    if importlib.util.find_spec("onnxruntime") is None:
        return Readiness(False, "the onnxruntime package; run `pip install 'onnxruntime>=1.20'`")
    return Readiness(True)


def make(options: EngineOptions) -> SmartTurn:
    """Raises EngineMissingError for weights that are not there, and for options that it does not have."""
    settings = dict(options.settings)
    weights = settings.pop("weights", "")
    if settings:
        raise EngineMissingError(
            f"{MANIFEST.name} has no option {', '.join(settings)}: take it out of "
            f"engines.options.{MANIFEST.name}"
        )
    if not weights:
        raise EngineMissingError(f"the engine {MANIFEST.name} lacks {GET_WEIGHTS}")
    path = Path(str(weights)).expanduser()
    if not path.is_file():
        raise EngineMissingError(f"the engine {MANIFEST.name} lacks its weights: there is no file {path}")
    return SmartTurn(path, options.workers)


class SmartTurn:
    """See `pipelines.engines.protocols.TurnModel`. `threads` questions are worked on at once."""

    def __init__(self, weights: Path, threads: int = 1) -> None:
        self._weights = weights
        self._threads = threads
        self._session: Any = None
        self._pool: ThreadPoolExecutor | None = None
        self._pending = 0
        self._failed = False

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    @property
    def ready(self) -> bool:
        return self._session is not None

    @property
    def restarts(self) -> int:
        return 0

    @property
    def load(self) -> int:
        return self._pending

    async def start(self) -> None:
        """Load the model and ask it once. Raises EngineError for a file that is no such model."""
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix=MANIFEST.name)
        try:
            session = await asyncio.get_running_loop().run_in_executor(pool, self._load)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        self._pool, self._session = pool, session

    async def stop(self) -> None:
        pool, self._pool, self._session = self._pool, None, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def judge(self, samples: npt.NDArray[np.int16], answer: Callable[[float | None], None]) -> None:
        """See `TurnModel.judge`."""
        loop = asyncio.get_running_loop()
        if self._pool is None or self._pending >= PENDING * self._threads:
            loop.call_soon(answer, None)
            return
        self._pending += 1
        asked = self._pool.submit(self._probability, self._session, samples)
        # Nothing that the future holds may hold the future: no call is to wait for the garbage collector.
        asked.add_done_callback(lambda done: loop.call_soon_threadsafe(self._tell, done, answer))

    def _tell(self, asked: Future[float], answer: Callable[[float | None], None]) -> None:
        self._pending -= 1
        answer(self._said(asked))

    def _said(self, asked: Future[float]) -> float | None:
        if asked.cancelled():
            return None
        error = asked.exception()
        if error is None:
            return asked.result()
        if not self._failed:
            self._failed = True  # it would fail at each pause of each call
            log.error("%s failed, and may again: %s", MANIFEST.name, error)
        return None

    # ---- on a thread of its own

    def _load(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(
                str(self._weights), options, providers=["CPUExecutionProvider"]
            )
            inputs = {each.name: each.shape for each in session.get_inputs()}
            if list(inputs) != [INPUT] or list(inputs[INPUT])[1:] != [BANDS, FRAMES]:
                raise ValueError(f"its inputs are {inputs}, not {INPUT} of [1, {BANDS}, {FRAMES}]")
            self._probability(session, np.zeros(0, np.int16))
        except Exception as error:  # whatever onnxruntime raises
            why = " ".join(str(error).split()) or type(error).__name__
            raise EngineError(f"{self._weights} is no Smart Turn v3 model: {why}") from None
        return session

    @staticmethod
    def _probability(session: Any, samples: npt.NDArray[np.int16]) -> float:
        """Raises ValueError for what is no probability."""
        (said, *_) = session.run(None, {INPUT: features(samples)[None]})
        # The model's own sigmoid is inside its graph, whatever the output is called.
        probability = float(np.asarray(said).reshape(-1)[0])
        if not 0.0 <= probability <= 1.0:
            raise ValueError(f"the model says {probability}, which is no probability")
        return probability
