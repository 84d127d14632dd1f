"""CTranslate2 wants CUDA's libraries by their bare names; those of pip packages lie where no loader looks."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

PATTERNS = ("cuda_nvrtc/lib/libnvrtc.so.*", "cublas/lib/libcublasLt.so.*", "cublas/lib/libcublas.so.*")
CUDNN = "cudnn/lib/libcudnn*.so.*"
"""Its main library loads the others by name, so all are there first."""


def load() -> None:
    """Load what lies in this environment; a later request for the same name finds it."""
    for folder in (Path(each) / "nvidia" for each in sys.path):
        for pattern in (*PATTERNS, CUDNN):
            for library in sorted(folder.glob(pattern)):
                try:
                    ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
                except OSError:
                    continue  # of another CUDA; the model's own fault then says which it wanted
