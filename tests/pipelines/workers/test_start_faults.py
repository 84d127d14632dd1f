"""What keeps a model from being loaded: each in one line that ends with its mend, tried again or not."""

from __future__ import annotations

import errno
import re

import pytest

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.workers.faults import LASTING, OUT_OF_MEMORY, kind_of_end
from pipelines.workers.pool import WorkerPool
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.start_faults import said_at_start

PULL = "run `voiceforge engines pull acme`"


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


@pytest.mark.parametrize(
    ("error", "kind", "mend"),
    [
        (ValueError("the header\nis cut"), LASTING, PULL),
        (FileNotFoundError(errno.ENOENT, "No such file", "model.bin"), LASTING, PULL),
        (
            OSError(errno.ENOSPC, "No space left on device", "/tmp/x"),
            LASTING,
            "disk is full .*: make room on it",
        ),
        (ModuleNotFoundError("No module named 'torch'"), LASTING, "`voiceforge engines install acme`"),
        (ImportError("libcudart.so.12: cannot open shared object file"), "", 'acme.device = "cpu"'),
        (RuntimeError("The NVIDIA driver on your system is too old"), "", "`nvidia-smi`.*driver.*device"),
        (RuntimeError("CUDA error: no kernel image is available"), "", 'acme.device = "cpu"'),
        (AssertionError("Torch not compiled with CUDA enabled"), "", 'acme.device = "cpu"'),
        (OutOfMemoryError("tried to allocate 2 GiB"), OUT_OF_MEMORY, "smaller model"),
        (MemoryError(), OUT_OF_MEMORY, "smaller model"),
        (EngineMissingError("there is no voice bell: set voice"), LASTING, "set voice"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_fault_is_one_line_with_its_own_mend(error: Exception, kind: str, mend: str) -> None:
    line = said_at_start(error, "acme", PULL)
    assert "\n" not in line and len(line) < 800
    assert re.search(mend, line)
    assert kind_of_end(SystemExit(line)) == kind


async def test_a_worker_that_cannot_say_why_has_its_error_told() -> None:
    spec = WorkerSpec("echo", "tests.pipelines.workers.echo_worker", {"fault": "odd"}, start_limit_s=10)
    with pytest.raises(
        EngineError, match="did not start: RuntimeError: no odd here; all it said is on standard"
    ):
        await WorkerPool(spec, 1).start()
