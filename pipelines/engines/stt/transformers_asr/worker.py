"""The worker of transformers' recognisers: loads the model of its options, then hears many calls."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from pipelines.workers.entry import WorkerSocket, become_worker
from pipelines.workers.protocol import Msg
from pipelines.workers.start_faults import pull_again, said_at_start

MOST_S = {"moonshine": 20, "parakeet": 24}
"""The longest window of each; both were trained on sentences."""


def main() -> None:
    sock = become_worker()
    try:
        model = _load(sock)
    except Exception as error:  # whatever the libraries raise
        name, weights = sock.options["engine"], sock.options["weights"]
        sys.exit(said_at_start(error, name, pull_again(name, weights)))
    sock.send_json(Msg.READY, device=model.device, model=sock.options["weights"])
    _hear(sock, model)


def _load(sock: WorkerSocket) -> Any:
    """A Hearer, or a FrameModel."""
    match sock.options["family"]:
        case "moonshine":
            from pipelines.engines.stt.transformers_asr.in_environment.moonshine import MoonshineHearer

            return MoonshineHearer(sock.options)
        case "parakeet":
            from pipelines.engines.stt.transformers_asr.in_environment.parakeet import ParakeetHearer

            return ParakeetHearer(sock.options)
        case "kyutai":
            from pipelines.engines.stt.transformers_asr.in_environment.kyutai import KyutaiModel

            return KyutaiModel(sock.options)
        case "voxtral":
            from pipelines.engines.stt.transformers_asr.in_environment.voxtral import VoxtralModel

            return VoxtralModel(sock.options)
        case family:
            raise ValueError(f"there is no family {family!r}")


def _hear(sock: WorkerSocket, model: Any) -> NoReturn:
    options = sock.options
    if options["family"] in MOST_S:
        from pipelines.engines.stt.rolling.listening import RollingWorker
        from pipelines.engines.stt.rolling.window import WindowSettings

        full_ms = 1000 * MOST_S[options["family"]]
        settings = WindowSettings(step_ms=int(options["step_ms"]), full_ms=full_ms)
        RollingWorker(sock, model, settings).run()
    from pipelines.engines.stt.framed.listening import FramedWorker

    FramedWorker(sock, model).run()
