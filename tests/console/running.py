"""A whole server for the console's tests: the real one, in a process of its own, on free ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

READY_S = 90.0
STOP_S = 20.0
ROOT = Path(__file__).resolve().parents[2]
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class RunningServer:
    """`voiceforge serve` over the database at `dsn`, with its data below `folder`. Stopped on leaving."""

    def __init__(
        self,
        folder: Path,
        dsn: str,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        root: Path = ROOT,
    ) -> None:
        """`root`: whose code runs."""
        self.folder = folder
        self._root = root
        self.data = folder / "data"
        self._dsn = dsn
        self._settings: dict[str, dict[str, Any]] = {
            "http": {"port": 0},
            "sip": {"port": 0},
            "engines": {"stt_workers": 1, "tts_workers": 1},
            # Who leaves without a word is not ended before a test sees it, nor who has a busy machine.
            "rtp": {"media_timeout_s": 60, "first_packet_timeout_s": 60},
        }
        for section, values in (settings or {}).items():
            self._settings[section] = {**self._settings.get(section, {}), **values}
        self._process: subprocess.Popen[bytes] | None = None
        self.http = ""
        """Base address, by a name of loopback that browsers hold for safe."""
        self.sip = ""
        """HOST:PORT."""

    def __enter__(self) -> RunningServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Once more: at the same address. Raises RuntimeError, with the end of its log."""
        config, ready = self.folder / "voiceforge.toml", self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        lines = []
        for section, values in self._settings.items():
            lines.append(f"[{section}]")
            lines += [f"{name} = {json.dumps(value)}" for name, value in values.items()]
        config.write_text("\n".join(lines) + "\n")
        ours = {name: value for name, value in os.environ.items() if not name.startswith("VOICEFORGE_")}
        ours.pop("ADMIN_TOKEN", None)
        environment = {
            **ours, "PYTHONPATH": str(self._root), "VOICEFORGE_DATA": str(self.data),
            "DATABASE_URL": self._dsn,
        }  # fmt: skip
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "mediaserver", "serve"),
                    *("--config", str(config), "--ready-file", str(ready)),
                ],
                cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + READY_S
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"the server did not start: {self.log()[-2000:]}")
            time.sleep(0.05)  # waits for another process
        said = json.loads(ready.read_text())
        port = int(said["http"].rpartition(":")[2].strip("/"))
        self.http, self.sip = f"http://localhost:{port}", said["sip"]
        self._settings["http"]["port"] = port

    def begin_to_stop(self) -> None:
        """It ends by and by; `stop` waits for that."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Idempotent."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def renew(self, root: Path) -> None:
        """Stop, and start at the same address with the code at `root`."""
        self.stop()
        self._root = root
        self.start()

    def kill(self) -> None:
        """As a machine does that loses its power."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    @property
    def dsn(self) -> str:
        """Of its database, which another server may share."""
        return self._dsn

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def key(self) -> str:
        """The server's own key, with all rights."""
        return (self.data / "api.key").read_text().strip()

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the API answers; None to 204. Raises urllib.error.HTTPError."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.http + path, content, headers, method=method)
        with _OPENER.open(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def login_path(self) -> str:
        """The path of a link that signs one browser in."""
        url: str = self.ask("POST", "/api/console/links")["url"]
        return "/" + url.split("/", 3)[3]
