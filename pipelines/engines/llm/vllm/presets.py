"""What vLLM has to be told about the families of models that we know: how they write calls of tools and
thoughts, and how much of a GPU they take.

By the names of their makers' repositories. A model of another family works too: its parsers stand in the
settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

USUAL_GPU_MB = 24_000
"""Of a model whose name does not say how large it is."""
BESIDE_MB = 6_000
"""The least beside the weights: conversations, graphs, CUDA itself."""
_SIZE = re.compile(r"(?<![A-Za-z0-9.])(?:(\d+)x)?(\d+(?:\.\d+)?)\s?[bB](?![A-Za-z0-9])")
"""Billions of parameters, and of how many experts they are, which all lie in the memory: 8B, 8x7B."""
_BYTES = (
    (re.compile(r"awq|gptq|int4|4bit|w4a16|nvfp4|mxfp4", re.IGNORECASE), 0.65),
    (re.compile(r"fp8|int8|w8a8|8bit", re.IGNORECASE), 1.1),
)
"""Bytes for a parameter, by the name; else two (bfloat16)."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One family."""

    name: str
    pattern: re.Pattern[str]
    tool_call_parser: str
    reasoning_parser: str = ""
    """For its thoughts, when it is to think."""
    no_thinking: Mapping[str, Any] = field(default_factory=dict)
    """What its chat template is told so that it answers at once."""


def _preset(name: str, pattern: str, tools: str, reasoning: str = "", **no_thinking: Any) -> Preset:
    return Preset(name, re.compile(pattern, re.IGNORECASE), tools, reasoning, no_thinking)


PRESETS = (
    _preset("llama-3", r"llama[-_ ]?3", "llama3_json"),
    _preset("qwen-2.5", r"qwen[-_ ]?2(\.5)?(?!\d)", "hermes"),
    _preset("qwen-3-coder", r"qwen[-_ ]?3.*coder", "qwen3_coder"),
    _preset("qwen-3", r"qwen[-_ ]?3(?!\d)", "hermes", "qwen3", enable_thinking=False),
)
"""The first that fits counts."""
NAMES = tuple(preset.name for preset in PRESETS)


def preset_of(model: str, named: str = "") -> Preset | None:
    """`named`: by the settings."""
    for preset in PRESETS:
        if preset.name == named or (not named and preset.pattern.search(model)):
            return preset
    return None


def gpu_mb_of(model: str) -> int:
    """About so much of a GPU a model takes, by its name."""
    found = _SIZE.search(model)
    if not found:
        return USUAL_GPU_MB
    each = next((size for pattern, size in _BYTES if pattern.search(model)), 2.0)
    weights = int(found[1] or 1) * float(found[2]) * each * 1000
    return int(weights * 1.1 + max(BESIDE_MB, weights * 0.3))
