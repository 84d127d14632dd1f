"""vLLM for processors as the engine's environment: a build of another party, which looks for its version
under the name of the package that it was built from."""

from __future__ import annotations

from pathlib import Path

from pipelines.engines.llm.vllm import engine as vllm
from tests.load.gpu_figures import home_with

LOCK = "tests/locks/vllm.lock"
VERSION = "0.32.0"


def home_of_vllm(home: Path, python: Path) -> Path:
    """The home, in which this Python is that of vLLM. `python`: of the environment of LOCK."""
    named = home / "names" / f"vllm-{VERSION}+cpu.dist-info" / "METADATA"
    named.parent.mkdir(parents=True)
    named.write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {VERSION}+cpu\n")
    return home_with(home, vllm.LOCK, python, named.parents[1])
