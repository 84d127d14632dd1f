"""Whether this machine has a GPU that engines can compute on. Looks at files only: no driver is woken."""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.environments.locks import Device

_VERSION = Path("/proc/driver/nvidia/version")
_SIGNS = ("/dev/nvidiactl", "/proc/driver/nvidia/version", "/dev/dxg")
"""The driver's device and its version; and where Windows lends its GPU (WSL 2)."""


def has_cuda() -> bool:
    """There is an NVIDIA GPU with its driver."""
    return any(Path(sign).exists() for sign in _SIGNS)


def driver_version() -> int | None:
    """Major version of the NVIDIA driver; None: there is none, or it does not say."""
    try:
        told = re.search(r"\b(\d{3,4})\.\d+", _VERSION.read_text())
    except OSError:
        return None
    return int(told[1]) if told else None


def usual_device() -> Device:
    """What environments are made for where nobody says."""
    return Device.CUDA if has_cuda() else Device.CPU
