"""What runs on this machine, from /proc: the children of a server, and what a dead one left behind."""

from __future__ import annotations

from pathlib import Path


def command_lines() -> dict[int, list[str]]:
    """Every process that lives and its arguments; zombies have none and are left out."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
            except OSError:
                continue
            if words:
                found[int(entry.name)] = words
    return found


def children(pid: int, mark: str = "") -> list[int]:
    """The living children of a process whose command line contains `mark`."""
    found = []
    for child, words in command_lines().items():
        try:
            stat = Path(f"/proc/{child}/stat").read_text()
        except OSError:
            continue
        if int(stat.rpartition(")")[2].split()[1]) == pid and any(mark in word for word in words):
            found.append(child)
    return found


def naming(folder: Path) -> list[list[str]]:
    """Command lines that mention a folder."""
    return [words for words in command_lines().values() if any(str(folder) in word for word in words)]


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def postmaster(data: Path) -> int:
    """The process number of the embedded PostgreSQL of a data folder."""
    return int((data / "postgres" / "postmaster.pid").read_text().split("\n")[0])
