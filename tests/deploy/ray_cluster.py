"""Engines served by Ray Serve on two nodes of this machine, for slow tests."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

ROOT = Path(__file__).resolve().parents[2]
KEY = "key-of-the-tests-alone"
START_S = 120.0


class RayCluster:
    """Two nodes, of which the second can be killed."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._python = python
        self._folder = folder
        self._dashboard, self._port = free_port(), free_port()
        self._driver: asyncio.subprocess.Process | None = None
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "ENGINES_KEY": KEY,
            "RAY_TMPDIR": str(folder),
            "RAY_USAGE_STATS_ENABLED": "0",
            # The proxy would ask replicas of its own node alone.
            "RAY_SERVE_PROXY_PREFER_LOCAL_NODE_ROUTING": "0",
        }
        self.second = ""
        """The id of the second node."""

    @property
    def url(self) -> str:
        """Of Serve's proxy, which is on the first node."""
        return f"ws://127.0.0.1:{self._port}"

    async def start(self) -> None:
        script = Path(__file__).with_name("two_nodes.py")
        self._driver = await asyncio.create_subprocess_exec(
            *(str(self._python), str(script), str(self._dashboard)),
            cwd=self._folder,
            env=self._environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self.second = (await self._told("second"))["second"]

    async def stop(self) -> None:
        if self._driver is not None:
            assert self._driver.stdin is not None
            self._driver.stdin.close()
            try:
                await asyncio.wait_for(self._driver.wait(), 60)
            except TimeoutError:
                self._driver.kill()
                await self._driver.wait()

    async def kill_second(self) -> None:
        assert self._driver is not None and self._driver.stdin is not None
        self._driver.stdin.write(b"kill\n")
        await self._told("killed")

    async def deploy(self, applications: list[dict[str, Any]]) -> None:
        """Deploy as the command line does, and wait until all run."""
        config = {
            "proxy_location": "HeadOnly",
            "http_options": {"host": "127.0.0.1", "port": self._port},
            "applications": applications,
        }
        file = self._folder / "serve.yaml"
        file.write_text(json.dumps(config))  # which is YAML, too
        serve = self._python.with_name("serve")
        process = await asyncio.create_subprocess_exec(
            *(str(serve), "deploy", str(file), "-a", f"http://127.0.0.1:{self._dashboard}"),
            env=self._environment,
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await process.wait() == 0
        async with asyncio.timeout(START_S):
            while True:
                states = {name: app["status"] for name, app in (await self.applications()).items()}
                assert "DEPLOY_FAILED" not in states.values(), await self.applications()
                if states and set(states.values()) == {"RUNNING"}:
                    return
                await asyncio.sleep(0.5)

    async def applications(self) -> dict[str, Any]:
        """As Serve tells of them."""
        url = f"http://127.0.0.1:{self._dashboard}/api/serve/applications/"
        async with ClientSession() as http, http.get(url) as answer:
            told: dict[str, Any] = (await answer.json())["applications"]
            return told

    async def replicas(self, application: str, node: str = "") -> int:
        """Those of it that run, of all nodes or of one."""
        told = (await self.applications())[application]["deployments"]["EngineReplica"]["replicas"]
        return sum(each["state"] == "RUNNING" and node in ("", each["node_id"]) for each in told)

    async def _told(self, what: str) -> dict[str, Any]:
        assert self._driver is not None and self._driver.stdout is not None
        async with asyncio.timeout(START_S):
            while line := await self._driver.stdout.readline():
                if line.startswith(b"{") and what in (said := json.loads(line)):
                    return dict(said)
        raise AssertionError("the cluster ended")


@asynccontextmanager
async def cluster(python: Path) -> AsyncIterator[RayCluster]:
    # Not below pytest's folder: the paths of Ray's sockets have to be short.
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        up = RayCluster(python, Path(folder))
        try:
            await up.start()
            yield up
        finally:
            await up.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
