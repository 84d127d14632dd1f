"""Variables of a worker that loads what was pulled."""

from __future__ import annotations

from collections.abc import Mapping

OFFLINE: Mapping[str, str] = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""What a worker needs lies in its folder; nothing is fetched in the middle of a call."""
