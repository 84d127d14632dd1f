"""Reads a text in a process of its own: `python -m pipelines.knowledge.text_worker KIND`.

The text comes by stdin; a line of JSON for each passage goes to stdout. It has little memory and time, and no
file to write to. It must import nothing that holds a secret or a connection.
"""

from __future__ import annotations

import sys

from mediaserver.errors import PeerError
from pipelines.knowledge.passages import passages
from pipelines.knowledge.reading_process import TOO_MUCH_MEMORY, confine, limit_memory, say
from pipelines.knowledge.texts import text_blocks

MEMORY_BYTES = 2 * 1024**3


def main() -> None:
    confine()
    limit_memory(MEMORY_BYTES)
    try:
        made = passages(text_blocks(sys.stdin.buffer.read(), sys.argv[1]))
    except PeerError as error:
        say(fault=str(error))
    except MemoryError:
        say(fault=TOO_MUCH_MEMORY)
    else:
        for each in made:
            say(text=each.text, heading=each.heading)
        say(end=len(made))


if __name__ == "__main__":
    main()
