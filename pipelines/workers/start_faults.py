"""Why a worker with a model could not begin: what is wrong and how to mend it, in one line.

Runs in the child, on the errors of packages that it does not know: they are told apart by their words.
"""

from __future__ import annotations

import enum
import errno

from mediaserver.errors import EngineMissingError
from pipelines.workers.faults import OUT_OF_MEMORY, Lasting, kind_of, said

_DEVICE = ("cuda", "cublas", "cudnn", "nvidia", "no kernel image", "gpu")


class StartFault(enum.Enum):
    TOLD = "told"
    """It says its mend itself."""
    MEMORY = "memory"
    DISK = "disk"
    DEVICE = "device"
    PACKAGES = "packages"
    WEIGHTS = "weights"
    """Or whatever else a library has against what it is to load."""


def start_fault(error: BaseException) -> StartFault:
    if isinstance(error, EngineMissingError):
        return StartFault.TOLD
    if kind_of(error) == OUT_OF_MEMORY:
        return StartFault.MEMORY
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StartFault.DISK
    words = str(error).lower()
    if any(each in words for each in _DEVICE):  # also of a library of the driver's that cannot be imported
        return StartFault.DEVICE
    return StartFault.PACKAGES if isinstance(error, ImportError) else StartFault.WEIGHTS


def said_at_start(error: BaseException, engine: str, weights_mend: str) -> str:
    """For `sys.exit`; reads on after "the ENGINE worker did not start:". `weights_mend`: what can be done
    about weights that are damaged. Memory and devices may be free again a moment later; the rest stays."""
    why = said(error)
    match start_fault(error):
        case StartFault.TOLD:
            return Lasting(" ".join(str(error).split()))
        case StartFault.MEMORY:
            return (
                f"it ran out of memory while it was loaded ({why}): name a smaller model, or fewer engines "
                f"and workers for this device, or set engines.options.{engine}.gpu_memory_mb to what it needs"
            )
        case StartFault.DISK:
            return Lasting(why)
        case StartFault.DEVICE:
            return (
                f"it cannot use the GPU ({why}): see what `nvidia-smi` says, update NVIDIA's driver, or set "
                f'engines.options.{engine}.device = "cpu"'
            )
        case StartFault.PACKAGES:
            return Lasting(f"a package is missing ({why}): run `voiceforge engines install {engine}`")
        case StartFault.WEIGHTS:
            return Lasting(f"its weights cannot be used ({why}): {weights_mend}")


def pull_again(engine: str, weights: str) -> str:
    """What can be done about weights in a folder that may be ours or the operator's."""
    return f"run `voiceforge engines pull {engine}`, or look at the files in {weights}"
