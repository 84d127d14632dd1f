"""Reads a text in a process of its own: `python -m pipelines.knowledge.text_worker KIND`.

The text comes by stdin; a line of JSON for each passage goes to stdout. It has little memory and time, and no
file to write to. It must import nothing that holds a secret or a connection.
"""

from __future__ import annotations

import json
import os
import resource
import sys

from mediaserver.errors import PeerError
from pipelines.knowledge.passages import passages
from pipelines.knowledge.texts import text_blocks

MEMORY_BYTES = 2 * 1024**3
CPU_S = 60
NICER = 10
FILE_BYTES = 0


def main() -> None:
    os.nice(NICER)  # calls come first
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        made = passages(text_blocks(sys.stdin.buffer.read(), sys.argv[1]))
    except PeerError as error:
        _say(fault=str(error))
    except MemoryError:
        _say(fault="reading it takes more memory than a document may")
    else:
        for each in made:
            _say(text=each.text, heading=each.heading)
        _say(end=len(made))


def _say(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")


if __name__ == "__main__":
    main()
