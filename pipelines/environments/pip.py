"""Runs pip for an environment, tells how far it is, and says in one line why it failed.

pip gets none of the server's keys: what it builds is foreign code.
"""

from __future__ import annotations

import importlib.util
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

from mediaserver.errors import EngineError

PASSING = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_*", "TZ", "PIP_*", "XDG_*", "NETRC"),
    *("SSL_CERT_*", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "CC", "CXX", "CFLAGS", "CUDA_HOME"),
    *(
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "all_proxy",
    ),
)
LOOK_S = 0.25
_NO_ROOM = "No space left on device"
_NO_NETWORK = re.compile(
    r"NewConnectionError|name resolution|Name or service not known|Network is unreachable|ProxyError"
    r"|ConnectTimeout|Connection refused|Read timed out|SSLError"
)
_HASH = re.compile(r"^\s*([A-Za-z0-9._-]+)==\S+ from .*", re.MULTILINE)
_NOTHING = re.compile(r"Could not find a version that satisfies the requirement (\S+) .*from versions: none")
_ERROR = re.compile(r"^ERROR: (.*)", re.MULTILINE)


class PipFailed(EngineError):
    """What pip could not do, in one line."""


def has_pip() -> bool:
    """The server's own Python has pip; else an environment gets one of its own."""
    return importlib.util.find_spec("pip") is not None


def run_pip(
    python: Path,
    arguments: Sequence[str],
    log: Path,
    *,
    work: Path,
    held: int,
    line: Callable[[str], None] = lambda _: None,
    tick: Callable[[], None] = lambda: None,
) -> None:
    """Run pip for the environment of `python`. All its words are added to `log`; `line` gets each, and `tick`
    is called now and then. `work`: where it may keep what is half fetched, on the disk of the environment.
    `held`: the descriptor of the environment's lock, which is held until pip has ended, even when we are
    killed. Raises PipFailed."""
    own = [sys.executable, "-m", "pip", "--python", str(python)] if has_pip() else [str(python), "-m", "pip"]
    command = [*own, "--disable-pip-version-check", "--no-input", *arguments]
    work.mkdir(parents=True, exist_ok=True)
    words: list[str] = []
    with log.open("a") as file:
        file.write(f"$ pip {' '.join(arguments)}\n")
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(held,),
            start_new_session=True,
            env={**_surroundings(os.environ), "TMPDIR": str(work), "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        try:
            for said in _lines(process.stdout, tick):
                file.write(said + "\n")
                words.append(said)
                line(said)
        except BaseException:
            # pip lets a process of its own work for another Python: that must end too, before the folder is
            # anybody else's. All of them hold the pipe.
            os.killpg(process.pid, signal.SIGKILL)
            for _ in _lines(process.stdout, lambda: None):
                pass
            raise
        finally:
            process.wait()
            process.stdout.close()
            shutil.rmtree(work, ignore_errors=True)
    if process.returncode != 0:
        raise PipFailed(f"{_why(words)} (all that pip said is in {log})")


def _surroundings(ours: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in ours.items() if any(fnmatchcase(k, each) for each in PASSING)}


def _lines(stream: IO[bytes], tick: Callable[[], None]) -> Iterator[str]:
    """The lines of a stream as they come, with a call of `tick` in between."""
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while True:
            if selector.select(LOOK_S):
                data = os.read(stream.fileno(), 1 << 16)
                if not data:
                    break
                *whole, rest = (rest + data).split(b"\n")
                yield from (each.decode(errors="replace").rstrip() for each in whole)
            tick()
    if rest:
        yield rest.decode(errors="replace").rstrip()


def _why(words: Sequence[str]) -> str:
    """pip says it in many lines."""
    text = "\n".join(words)
    if _NO_ROOM in text:
        return "the disk is full: make room and run it again, what was fetched is kept"
    if "DO NOT MATCH THE HASHES" in text:
        told = text[text.index("DO NOT MATCH THE HASHES") :]
        names = ", ".join(dict.fromkeys(_HASH.findall(told))) or "a package"
        return (
            f"{names} is not what was locked (its hash differs): nothing was installed; look at the indexes "
            "that pip is told to use"
        )
    if _NO_NETWORK.search(text):
        return "the index of packages cannot be reached: look at the network and at pip's own settings"
    nothing = _NOTHING.search(text)
    if nothing:
        return f"pip's indexes know no {nothing[1]}, or cannot be reached"
    errors = _ERROR.findall(text)
    missing = [error for error in errors if error.startswith("No matching distribution found for ")]
    if missing:
        return f"pip's indexes have no {missing[0].removeprefix('No matching distribution found for ')}"
    said = [word for word in words if word.strip()]
    return f"pip failed: {errors[-1] if errors else (said[-1] if said else 'it said nothing')}"
