"""Whether the tools of a flow answer: a real server, real modules, and MCP servers that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web

from cli.flows.reaching import unreached_in
from mediaserver.config import Settings
from tests.pipelines.flows.checks.drawing import drawn, leads

MODULE = "count = len\nnumber = 3\n"


async def test_what_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stock_of_the_test.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]

    def http(name: str, host: str) -> dict[str, object]:
        return {"id": name, "type": "tool", "use": {"kind": "http", "url": f"http://{host}/x"}}

    def code(name: str, entry: str) -> dict[str, object]:
        return {"id": name, "type": "tool", "use": {"kind": "python", "entry": entry}}

    document = drawn(
        [
            http("there", f"127.0.0.1:{port}"),
            http("silent", "127.0.0.1:1"),
            http("inside", "169.254.169.254"),
            code("function", "stock_of_the_test:count"),
            code("value", "stock_of_the_test:number"),
            code("missing", "stock_of_the_test:nothing"),
            code("nowhere", "no_such_module_here:count"),
            {"id": "mcp", "type": "tool", "use": {"kind": "tool", "name": "mcp/nobody/look"}},
        ],
        leads("start there silent inside function value missing nowhere mcp bye"),
    )
    settings = Settings.model_validate({"fetch": {"allow": ["127.0.0.1"]}})
    try:
        found = {each.node: each.what for each in await unreached_in(settings, document)}
    finally:
        await runner.cleanup()
    assert sorted(found) == ["inside", "mcp", "missing", "nowhere", "silent", "value"]
    assert "169.254.169.254" in found["inside"]
    assert "'number' is no function" in found["value"]
    assert "has no 'nothing'" in found["missing"]
