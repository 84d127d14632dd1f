"""The server that is attacked: `voiceforge serve` in a process of its own, watched from outside."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

READY_S = 60.0
STOP_S = 15.0
HOST = "127.7.0.1"
STRANGER: Mapping[str, str] = {"Authorization": ""}
"""Headers of somebody who has no key."""
HERE = Path(__file__).resolve().parents[2]
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_ASK_KEYS = "from mediaserver.config import keys; print(*keys())"


class Target:
    """One running server. Settings that an older version (`tree` is another checkout) does not know are left
    out, so that it can be attacked in the same way: `left_out` names them."""

    def __init__(self, tree: Path, settings: Mapping[str, Mapping[str, Any]], host: str = HOST) -> None:
        self._tree = tree
        self.host = host
        self.folder = Path(tempfile.mkdtemp(prefix="vf-attack-"))
        self.folder.chmod(0o755)  # the embedded database's own user has to enter it
        self.left_out: list[str] = []
        self._process = self._start(settings)
        said = json.loads((self.folder / "ready.json").read_text())
        self.sip: tuple[str, int] = (host, int(said["sip"].rpartition(":")[2]))
        self.http: str = said["http"]
        self.sips: tuple[str, int] | None = (
            (host, int(said["sips"].rpartition(":")[2])) if "sips" in said else None
        )
        """For TLS; None where the settings do not ask for it."""

    def _environment(self) -> dict[str, str]:
        ours = {k: v for k, v in os.environ.items() if not k.startswith("VOICEFORGE_")}
        for name in ("DATABASE_URL", "ADMIN_TOKEN"):
            ours.pop(name, None)
        return {**ours, "PYTHONPATH": str(self._tree), "VOICEFORGE_DATA": str(self.folder / "data")}

    def _known_keys(self) -> set[str]:
        asked = subprocess.run(
            [sys.executable, "-c", _ASK_KEYS],
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return set(asked.stdout.split())

    def _start(self, settings: Mapping[str, Mapping[str, Any]]) -> subprocess.Popen[bytes]:
        known = self._known_keys()
        content: dict[str, dict[str, Any]] = {
            "http": {"host": self.host, "port": 0},
            "sip": {"host": self.host, "port": 0},
            "engines": {"stt_workers": 1, "tts_workers": 1},
            "recording": {"enabled": False},
        }
        for section, values in settings.items():
            content[section] = {**content.get(section, {}), **values}
        lines = []
        for section, values in content.items():
            lines.append(f"[{section}]")
            for key, value in values.items():
                if f"{section}.{key}" in known:
                    lines.append(f"{key} = {_toml(value)}")
                elif self._tree == HERE:
                    raise ValueError(f"there is no setting {section}.{key}: another server would be attacked")
                else:
                    self.left_out.append(f"{section}.{key}")
        if self.left_out:
            sys.stderr.write(f"without settings that it does not know: {', '.join(self.left_out)}\n")
        config, ready = self.folder / "voiceforge.toml", self.folder / "ready.json"
        config.write_text("\n".join(lines) + "\n")
        command = [sys.executable, "-m", "mediaserver", "serve"]
        with (self.folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, "--config", str(config), "--ready-file", str(ready)],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + READY_S
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                raise RuntimeError(f"the server did not start: {self.log()[-2000:]}")
            time.sleep(0.05)  # waits for another process
        return process

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def authority(self) -> Path:
        """What to trust of a server with a self-made certificate."""
        return self.folder / "data" / "tls" / "ca.pem"

    @property
    def key(self) -> str:
        """The server's own key, with all rights; empty of an older version, which knows none."""
        path = self.folder / "data" / "api.key"
        return path.read_text().strip() if path.exists() else ""

    # -- what can be seen from outside

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    def rss_mb(self) -> float:
        """Resident memory of the server process alone, MB of 2^20 bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu_s(self) -> float:
        """Processor time of the server process alone."""
        return _cpu_s(self.pid)

    def engines_cpu_s(self) -> float:
        """Processor time of the engines' workers."""
        return sum(_cpu_s(pid) for pid in self._workers())

    def _workers(self) -> list[int]:
        """The server's children that run engines; the database's are others."""
        found = []
        for child in Path(f"/proc/{self.pid}/task").glob("*/children"):
            for pid in child.read_text().split():
                with contextlib.suppress(OSError):
                    if b"pipelines" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        found.append(int(pid))
        return found

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """One HTTP request, with the server's own key unless `headers` has another (`STRANGER`: none): status
        and text; status 0 when no answer came."""
        data = None if body is None else json.dumps(body).encode()
        headers = {**({"Authorization": f"Bearer {self.key}"} if self.key else {}), **(headers or {})}
        request = urllib.request.Request(self.http + path, data, headers, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with _OPENER.open(request, timeout=5) as reply:  # loopback only
                return reply.status, reply.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")
        except OSError:
            return 0, ""

    def get(self, path: str) -> Any:
        return json.loads(self.ask("GET", path)[1] or "{}")

    def metrics(self) -> dict[str, float]:
        """Samples by full name, labels included."""
        found = {}
        for line in self.ask("GET", "/metrics")[1].splitlines():
            name, _, value = line.rpartition(" ")
            if name and not line.startswith("#"):
                found[name] = float(value)
        return found

    def metric(self, name: str) -> float:
        """The sum over all labels."""
        return sum(v for k, v in self.metrics().items() if k.partition("{")[0] == name)

    def calls_live(self) -> int:
        return int(self.metric("voiceforge_calls_live"))

    def quiet(self, within_s: float) -> bool:
        """Waits until no call is left."""
        return eventually(lambda: self.calls_live() == 0, within_s)


def eventually(condition: Callable[[], bool], within_s: float, every_s: float = 0.1) -> bool:
    """Asks another process again and again."""
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every_s)  # polls another process; nothing here can be awaited
    return True


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value)
