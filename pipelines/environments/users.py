"""Which processes run in an environment: what they have not imported yet must stay where it is."""

from __future__ import annotations

from pathlib import Path

_PROCESSES = Path("/proc")


def users_of(environment: Path) -> list[int]:
    """Processes of this machine whose Python is that of an environment, by its name or its folder; none where
    the system does not tell."""
    folders = tuple(f"{each}/" for each in {str(environment.absolute()), str(environment.resolve())})
    found = []
    for path in _PROCESSES.glob("[0-9]*/cmdline"):
        try:
            program = path.read_bytes().partition(b"\0")[0].decode(errors="replace")
        except OSError:
            continue  # it has ended
        if program.startswith(folders):
            found.append(int(path.parent.name))
    return sorted(found)
