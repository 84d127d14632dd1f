"""A model in an ONNX file, on the processor or on what the environment's onnxruntime can use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mediaserver.errors import EngineMissingError


def onnx_session(path: Path, device: str, threads: int) -> Any:
    """An `onnxruntime.InferenceSession`. Raises EngineMissingError for a device that it cannot use, and what
    onnxruntime raises for a file that is no model."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=_providers(device))


def _providers(device: str) -> list[Any]:
    import onnxruntime

    kind, _, number = device.partition(":")
    there = onnxruntime.get_available_providers()
    if kind in ("auto", "cpu") and ("CUDAExecutionProvider" not in there or kind == "cpu"):
        return ["CPUExecutionProvider"]
    if kind == "mps" or "CUDAExecutionProvider" not in there:
        raise EngineMissingError(
            f"the onnxruntime of its environment cannot use the device {device}: set device = cpu"
        )
    return [("CUDAExecutionProvider", {"device_id": int(number or 0)}), "CPUExecutionProvider"]


def only_file(folder: Path, *patterns: str) -> Path:
    """The first file that fits the first pattern that any fits. Raises EngineMissingError."""
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            return path
    raise EngineMissingError(f"there is no {patterns[0]} in {folder}")
