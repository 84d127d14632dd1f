"""Foreign phones as processes: SIPp with our scenarios, baresip with a configuration made here, and our own
`voiceforge call`. Waits are polls of what the phone shows of itself; no test sleeps for a guessed time.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mediaserver.media.g711 import PCMU

SCENARIOS = Path(__file__).parent / "sipp"
_ports = itertools.count(6200, 10)


def need(program: str) -> str:
    """The path of an installed peer, or skip with the reason."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed (`make test` or `make it` installs it on Debian)")
    return path


def need_an_address() -> None:
    """Skip where this machine has no address but loopback's: baresip then finds none to call from."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError as error:
            pytest.skip(f"baresip wants a network beside loopback, and there is none here: {error}")


def next_port() -> int:
    """A port that no other phone of this run has; eight more above it are the phone's too."""
    return next(_ports)


def wait_until(what: str, condition: Callable[[], Any], limit_s: float = 20.0) -> Any:
    """Poll until `condition()` is truthy and return that; fail with `what` after the limit."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)  # polls another process; nothing here can be awaited
    pytest.fail(f"waited {limit_s} s for: {what}")


def is_bound(host: str, port: int, table: str = "udp") -> bool:
    """Whether a process of this machine listens there (`table`: udp or tcp)."""
    address = f"{socket.inet_aton(host)[::-1].hex().upper()}:{port:04X}"
    waits = f"{address} 00000000:0000 {'0A' if table == 'tcp' else '07'} "  # not what is left of a connection
    return waits in Path(f"/proc/net/{table}").read_text()


def tone(seconds: float) -> NDArray[np.int16]:
    """440 Hz in bursts of 400 ms, at 8 kHz."""
    t = np.arange(int(8000 * seconds)) / 8000
    return (8000 * np.sin(2 * np.pi * 440 * t) * (t % 0.5 < 0.4)).astype(np.int16)


def write_wav(path: Path, samples: NDArray[np.int16]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())


def levels(path: Path) -> list[float]:
    """The root mean square of each channel of a recording."""
    with wave.open(str(path), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        channels = samples.reshape(-1, file.getnchannels()).astype(np.float64)
    return [float(level) for level in np.sqrt(np.mean(channels**2, axis=0))]


class Sipp:
    """One SIPp with one scenario, calling `target` or waiting to be called."""

    def __init__(
        self,
        folder: Path,
        scenario: str,
        *options: str,
        host: str,
        port: int = 0,
        target: str = "",
        limit_s: float = 20,
    ) -> None:
        program = need("sipp")
        (folder / "tone.ul").write_bytes(PCMU.encode(tone(2)).tobytes())
        self.host, self.port = host, port or next_port()
        self._limit_s = limit_s
        self._errors = folder / f"{scenario}-{self.port}.log"
        self._process = subprocess.Popen(
            [
                program, *([target] if target else []), "-sf", str(SCENARIOS / f"{scenario}.xml"),
                "-i", host, "-p", str(self.port), "-mi", host, "-mp", str(self.port + 2),
                "-m", "1", "-nostdin", "-timeout", f"{limit_s:.0f}s", "-timeout_error",
                "-trace_err", "-error_file", str(self._errors), *options,
            ],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if not target:
            table = "tcp" if "t1" in options else "udp"
            wait_until("SIPp's port", lambda: is_bound(host, self.port, table))

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def ends_well(self) -> None:
        """Wait for SIPp's end; fails unless all its calls went as the scenario says."""
        shown, _ = self._process.communicate(timeout=self._limit_s + 10)
        said = self._errors.read_text(errors="replace")[-3000:] if self._errors.exists() else ""
        code = self._process.returncode
        assert code == 0, f"SIPp ended with {code}: {said}\n{shown[-1500:]}"

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Baresip:
    """A baresip that plays a tone, auto-answers and takes commands over TCP (netstrings of JSON)."""

    def __init__(self, folder: Path, account: str, *, host: str, options: str = "") -> None:
        """`account`: a line of baresip's accounts file; PORT in it is replaced by its SIP port. `options`:
        further lines of its configuration."""
        program = need("baresip")
        need_an_address()
        self.host, self.port = host, next_port()
        self._folder = folder
        folder.mkdir()
        (folder / "config").write_text(
            f"poll_method epoll\nsip_listen {host}:{self.port}\naudio_path {folder}\n"
            f"audio_player aufile,{folder}/heard.wav\naudio_source aufile,{folder}/tone.wav\n"
            "ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n"
            "audio_buffer 20-160\njitter_buffer_type fixed\n"
            f"rtp_ports {self.port + 2}-{self.port + 7}\nmodule_path {_modules()}\n"
            "module g711.so\nmodule g722.so\nmodule opus.so\nmodule aufile.so\n"
            "module srtp.so\nmodule dtls_srtp.so\nmodule ice.so\n"
            "module_tmp account.so\nmodule_app menu.so\nmodule ctrl_tcp.so\n"
            f"ctrl_tcp_listen {host}:{self.port + 8}\n{options}"
        )
        (folder / "accounts").write_text(account.replace("PORT", str(self.port)) + "\n")
        (folder / "contacts").write_text("")
        write_wav(folder / "tone.wav", tone(60))
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-f", str(folder), "-t", "60"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_until("baresip's control port", lambda: is_bound(host, self.port + 8, "tcp"))
        self._control = socket.create_connection((host, self.port + 8))
        self._read = b""
        self.events: list[str] = []
        """Types of what happened so far: CALL_ESTABLISHED, CALL_CLOSED, REGISTER_OK, ..."""

    def command(self, command: str, params: str = "") -> str:
        """Run a command; what baresip says to it."""
        body = json.dumps({"command": command, "params": params, "token": command}).encode()
        self._control.sendall(b"%d:%b," % (len(body), body))
        while True:
            message = self._next(5)
            if message.get("response"):
                assert message["ok"], f"{command}: {message}"
                return str(message["data"])

    def wait_for(self, *types: str, limit_s: float = 15) -> str:
        """Wait until an event of one of these types was seen; which one."""
        end = time.monotonic() + limit_s
        while True:
            for kind in types:
                if kind in self.events:
                    self.events.remove(kind)
                    return kind
            try:
                self._next(end - time.monotonic())
            except TimeoutError:
                pytest.fail(f"baresip: no {types}, only {self.events}; log: {self.log()[-2000:]}")

    def registration(self) -> str:
        """Wait for the registrar's last word on our account, as baresip logs it: "200 OK () [1 binding]"."""
        # It may come before anybody listens for events.
        answers = wait_until("a registration", lambda: re.findall(r"\} (\d{3} .*)", self.log()))
        return str(answers[-1])

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def close(self) -> None:
        self._control.close()
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _next(self, limit_s: float) -> dict[str, Any]:
        """The next netstring; an event is noted as well. Raises TimeoutError."""
        end = time.monotonic() + limit_s
        while True:
            size, colon, rest = self._read.partition(b":")
            if colon and len(rest) > int(size):
                body, self._read = rest[: int(size)], rest[int(size) + 1 :]
                message: dict[str, Any] = json.loads(body)
                if message.get("event"):
                    self.events.append(str(message.get("type")))
                return message
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._control.settimeout(left)
            chunk = self._control.recv(65536)
            if not chunk:
                pytest.fail(f"baresip ended; log: {self.log()[-2000:]}")
            self._read += chunk


def _modules() -> Path:
    for folder in ("/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules"):
        if Path(folder).is_dir():
            return Path(folder)
    pytest.skip("the folder of baresip's modules is not where Debian has it")


class OwnCaller:
    """`voiceforge call URI ...` in a process of its own."""

    def __init__(self, uri: str, *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mediaserver", "call", uri, "--json", "--no-transcript", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def report(self, limit_s: float = 60) -> dict[str, Any]:
        """What it reports after a call that went well."""
        out, errors = self._process.communicate(timeout=limit_s)
        assert self._process.returncode == 0, f"{errors}\n{out}"
        report: dict[str, Any] = json.loads(out)
        return report

    def refusal(self, limit_s: float = 60) -> str:
        """What it says of a call that was not answered."""
        _, errors = self._process.communicate(timeout=limit_s)
        assert self._process.returncode == 1, errors
        return errors

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()
