"""The faster-whisper worker: loads the model of its options, then hears windows of many calls in batches."""

from __future__ import annotations

import sys

from mediaserver.errors import EngineMissingError
from pipelines.engines.stt.faster_whisper.in_environment import cuda_libraries
from pipelines.engines.stt.rolling.listening import Hearer, RollingWorker
from pipelines.engines.stt.rolling.window import WindowSettings
from pipelines.workers.entry import WorkerSocket, become_worker
from pipelines.workers.faults import Lasting, said
from pipelines.workers.protocol import Msg
from pipelines.workers.start_faults import pull_again, said_at_start

TRIM_TOKENS = 96
"""Of committed words: an answer has 224 at most, with those that it begins with."""


def main() -> None:
    sock = become_worker()
    try:
        hearer, device = _load(sock)
    except Exception as error:  # whatever the libraries raise
        sys.exit(_fault(sock, error))
    settings = WindowSettings(step_ms=int(sock.options["step_ms"]), trim_tokens=TRIM_TOKENS)
    worker = RollingWorker(sock, hearer, settings)
    sock.send_json(Msg.READY, device=device, model=sock.options["weights"])
    worker.run()


def _load(sock: WorkerSocket) -> tuple[Hearer, str]:
    """The model, ready to hear, and its device."""
    import ctranslate2

    options = sock.options
    device = str(options["device"])
    if device != "cpu":
        cuda_libraries.load()
        count = ctranslate2.get_cuda_device_count()
        if device == "cuda" and not count:
            raise EngineMissingError(
                "there is no GPU that CTranslate2 can use: install NVIDIA's driver for CUDA 12, or set "
                f'engines.options.{options["engine"]}.device = "cpu"'
            )
        device = "cuda" if count else "cpu"
    from faster_whisper import WhisperModel

    from pipelines.engines.stt.faster_whisper.in_environment.hearer import WhisperHearer

    compute_type = str(options["compute_type"]) or ("float16" if device == "cuda" else "int8")
    model = WhisperModel(
        str(options["weights"]),
        device=device,
        compute_type=compute_type,
        cpu_threads=int(options["threads"]),
        local_files_only=True,
    )
    hearer = WhisperHearer(
        model,
        beam_size=int(options["beam_size"]),
        limit_s=float(options["limit_s"]),
        prompt=str(options["prompt"]),
    )
    hearer.warm_up()
    return hearer, f"{device}, {compute_type}"


def _fault(sock: WorkerSocket, error: Exception) -> str:
    """One line: what is wrong and how to mend it."""
    name, weights = sock.options["engine"], sock.options["weights"]
    if "compute type" in str(error).lower():  # a processor has no float16, and older GPUs are slow with it
        return Lasting(f'{said(error)}: set engines.options.{name}.compute_type = "int8", or "float32"')
    return said_at_start(error, name, pull_again(name, weights))
