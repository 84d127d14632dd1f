"""Run in an engine's environment: makes of a whole folder one whose weights are not all of it.

torn_weights.py FOLDER less    the first file loses the tensors of one layer
torn_weights.py FOLDER old     weight norm's tensors get the names that they have in older files
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file

_LAYER = re.compile(r"\.layers\.1\.|\.block\.1\.")


def main() -> None:
    changed = 0
    for path in sorted(Path(sys.argv[1]).rglob("*.safetensors")):
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  it is no mapping
        if sys.argv[2] == "less":
            kept = {name: tensor for name, tensor in tensors.items() if not _LAYER.search(name)}
        else:
            kept = {
                name.replace("parametrizations.weight.original0", "weight_g").replace(
                    "parametrizations.weight.original1", "weight_v"
                ): tensor
                for name, tensor in tensors.items()
            }
        changed += kept.keys() != tensors.keys()
        save_file(kept, path, metadata={"format": "pt"})
    sys.exit(0 if changed else "nothing was changed")


if __name__ == "__main__":
    main()
