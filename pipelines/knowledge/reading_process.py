"""What the processes that read documents begin with and speak by: little time, no file to write to.

Each says a line of JSON at a time on stdout.
"""

from __future__ import annotations

import json
import os
import resource
import sys

CPU_S = 60
NICER = 10
FILE_BYTES = 0
TOO_MUCH_MEMORY = "reading it takes more memory than a document may"


def confine() -> None:
    """To be called first."""
    os.nice(NICER)  # calls come first
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_memory(octets: int) -> None:
    """From now on an allocation beyond that raises MemoryError."""
    resource.setrlimit(resource.RLIMIT_AS, (octets, octets))


def say(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()
