"""A flow of 500 nodes in the editor: opened, panned, zoomed, a node dragged, words typed into its form.

python -m tests.load.flow_editor_load [--nodes 500] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.console.browsing import signed_in, start_chromium
from tests.console.running import RunningServer
from tests.console.seeded import own_server
from tests.load.frames import Frames, counted, frames_of

NAME = "five-hundred"
A_ROW = 25
STEP_PX, STEPS = 6, 60
WORDS = "Thank you very much for calling us today."


def document(nodes: int) -> dict[str, Any]:
    """One after the other, in rows, as somebody draws them; now and then a way back."""
    middle = [f"say-{n}" for n in range(nodes - 2)]
    names = ["start", *middle, "end"]

    def place(n: int) -> dict[str, int]:
        row, column = divmod(n, A_ROW)
        return {"x": 340 * (column if row % 2 == 0 else A_ROW - 1 - column), "y": 240 * row}

    drawn: list[dict[str, Any]] = [{"id": "start", "type": "start", "position": place(0)}]
    drawn += [
        {"id": name, "type": "say", "text": f"This is line {n} of a long talk.", "position": place(n + 1)}
        for n, name in enumerate(middle)
    ]
    drawn.append({"id": "end", "type": "end_call", "text": "Goodbye.", "position": place(nodes - 1)})
    edges = [{"type": "next", "source": a, "target": b} for a, b in zip(names, names[1:], strict=False)]
    return {"format": 1, "name": NAME, "nodes": drawn, "edges": edges}


def moved(page: Page, x: float, y: float) -> None:
    """The mouse is pressed there, moved in small steps, and let go."""
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(STEPS):
        page.mouse.move(x - STEP_PX * step, y - 2 * step)
    page.mouse.up()


def measured(server: RunningServer, nodes: int) -> list[Frames]:
    server.ask("POST", "/api/flows", {"document": document(nodes), "publish": False})
    found: list[Frames] = []
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        page = counted(signed_in(browser, server)).new_page()
        page.goto(f"/flows/{NAME}")
        page.locator(".react-flow__node").first.wait_for()
        page.wait_for_timeout(1_500)
        opened = page.evaluate("() => performance.getEntriesByType('mark').length")
        canvas = page.locator(".react-flow").bounding_box()
        assert canvas is not None and opened >= 0
        x, y = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2
        for what, zoom_in in (("panned, all in sight", False), ("panned, a few in sight", True)):
            if zoom_in:
                with frames_of(page, "zoomed in") as one:
                    for _ in range(24):
                        page.mouse.move(x, y)
                        page.mouse.wheel(0, -120)
                found.append(one)
            with frames_of(page, what) as one:
                background = _empty_place(page)
                moved(page, *background)
            found.append(one)
        with frames_of(page, "a node dragged") as one:
            box = _a_node(page)
            moved(page, box[0], box[1])
        found.append(one)
        page.mouse.click(*_a_node(page))
        words = page.get_by_role("region", name="Details").get_by_role("textbox", name="Words", exact=True)
        words.click()
        with frames_of(page, "typed into its form") as one:
            page.keyboard.type(WORDS, delay=40)
        found.append(one)
        with frames_of(page, "checked and saved behind it") as one:
            page.wait_for_timeout(3_000)
        found.append(one)
        with frames_of(page, "zoomed out") as one:
            for _ in range(24):
                page.mouse.move(x, y)
                page.mouse.wheel(0, 120)
        found.append(one)
        browser.close()
    return found


def _empty_place(page: Page) -> tuple[float, float]:
    """Somewhere on the canvas where no node is."""
    found: list[float] = page.evaluate(
        """() => {
          const box = document.querySelector(".react-flow").getBoundingClientRect();
          for (let y = box.bottom - 60; y > box.top + 60; y -= 7)
            for (let x = box.right - 60; x > box.left + 60; x -= 11)
              if (document.elementFromPoint(x, y)?.classList.contains("react-flow__pane")) return [x, y];
          return [0, 0];
        }"""
    )
    return found[0], found[1]


def _a_node(page: Page) -> tuple[float, float]:
    """The middle of a node's card that can be seen, nearest to the middle of the canvas."""
    found: list[float] = page.evaluate(
        """() => {
          const box = document.querySelector(".react-flow").getBoundingClientRect();
          const middle = [box.left + box.width / 2, box.top + box.height / 2];
          const far = ([x, y]) => Math.hypot(x - middle[0], y - middle[1]);
          return [...document.querySelectorAll(".react-flow__node")]
            .map(each => each.getBoundingClientRect())
            .map(each => [each.left + each.width / 2, each.top + each.height / 3])
            .sort((a, b) => far(a) - far(b))[0];
        }"""
    )
    return found[0], found[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--nodes", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with own_server(past=False) as (server, _):
        found = measured(server, args.nodes)
    if args.json:
        sys.stdout.write(json.dumps([asdict(one) for one in found]) + "\n")
    else:
        for one in found:
            sys.stdout.write(f"{one}\n")
    return 0 if all(one.smooth for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
