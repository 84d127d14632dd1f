"""Models of transformers, and of what derives from them, whose weights are all there: what a folder lacks is
filled in with random numbers otherwise, and the voice is noise.

Must never refuse a folder that is right. transformers names as missing, now and then, what a layer of torch
reads under its old name (weight norm), what is the same tensor as another, and what is computed: none of
these counts, nor does less than MISSING_SHARE of all numbers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from safetensors import safe_open

log = logging.getLogger(__name__)

MISSING_SHARE = 0.005
"""Of a model's numbers. One layer of the smallest is some 1 %."""
_OLD_NAMES = {
    "parametrizations.weight.original0": "weight_g",
    "parametrizations.weight.original1": "weight_v",
}


def loaded_whole(kind: Any, folder: Path, **how: Any) -> Any:
    """`kind.from_pretrained(folder)`. Raises ValueError where weights of it are missing."""
    model, found = kind.from_pretrained(
        folder, local_files_only=True, use_safetensors=True, output_loading_info=True, **how
    )
    missing = really_missing(model, found["missing_keys"], names_in(folder))
    lacks, has = (sum(each.numel() for each in tensors) for tensors in (missing.values(), model.parameters()))
    if lacks > MISSING_SHARE * has:
        raise ValueError(
            f"{lacks / has:.1%} of its numbers are not in {folder}, first {sorted(missing)[0]}: its files "
            "are not of one model"
        )
    if missing:
        log.warning("%s lacks %d tensors, first %s", folder, len(missing), sorted(missing)[0])
    return model


def really_missing(model: Any, told: Iterable[str], stored: frozenset[str]) -> dict[str, Any]:
    """Of the tensors that are told to be missing those that were learnt and come from nowhere, by name.
    `stored`: names in the files."""
    parameters = dict(model.named_parameters(remove_duplicate=False))
    told = {name for name in told if name in parameters and parameters[name].requires_grad}
    told = {name for name in told if not _old_name(name) & stored}
    there = {each.data_ptr() for name, each in parameters.items() if name not in told}
    return {name: parameters[name] for name in told if parameters[name].data_ptr() not in there}


def names_in(folder: Path) -> frozenset[str]:
    """Of all tensors in a folder's files."""
    found: set[str] = set()
    for path in folder.glob("*.safetensors"):
        with safe_open(path, "np") as file:
            found.update(file.keys())
    return frozenset(found)


def _old_name(name: str) -> set[str]:
    return {name.removesuffix(new) + old for new, old in _OLD_NAMES.items() if name.endswith(new)}
