"""How smoothly a page moves: its frames and its long tasks while somebody works in it, as the page sees them.

A frame that comes more than 50 ms after the one before is a stutter that is seen; tasks of 50 ms and more are
named by the browser itself (Long Tasks API). Chromium here paints without a graphics card: frames come later
than on a desk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page

STUTTER_MS = 50.0
_SCRIPT = """
(() => {
  let gaps = [], last = 0, running = false;
  const long = [];
  new PerformanceObserver(list => {
    for (const each of list.getEntries()) long.push([each.startTime, each.duration]);
  }).observe({type: "longtask"});
  const frame = at => {
    if (!running) return;
    if (last) gaps.push(at - last);
    last = at;
    requestAnimationFrame(frame);
  };
  let began = 0;
  window.frames_begin = () => {
    gaps = []; last = 0; running = true; began = performance.now();
    requestAnimationFrame(frame);
  };
  window.frames_end = async () => {
    running = false;
    await new Promise(done => setTimeout(done, 100));   // the observer is told behind the task
    return {gaps, long: long.filter(([at]) => at >= began).map(([, lasted]) => lasted)};
  };
})();
"""


@dataclass(slots=True)
class Frames:
    """Of one piece of work, in ms; filled when it is done."""

    what: str
    count: int = 0
    stutters: int = 0
    worst_ms: float = 0.0
    p95_ms: float = 0.0
    long_tasks: int = 0
    longest_task_ms: float = 0.0

    @property
    def smooth(self) -> bool:
        """Nothing that is seen."""
        return self.stutters == 0 and self.count > 0

    def __str__(self) -> str:
        return (
            f"{self.what:34} {self.count:4} frames, {self.stutters:3} over {STUTTER_MS:.0f} ms (worst "
            f"{self.worst_ms:5.0f}, p95 {self.p95_ms:4.0f}), {self.long_tasks:2} long tasks (longest "
            f"{self.longest_task_ms:4.0f} ms)"
        )


def counted(context: BrowserContext) -> BrowserContext:
    """Before its first page is opened."""
    context.add_init_script(_SCRIPT)
    return context


@contextmanager
def frames_of(page: Page, what: str) -> Iterator[Frames]:
    """While somebody works in the page."""
    found = Frames(what)
    page.evaluate("() => frames_begin()")
    yield found
    said = page.evaluate("() => frames_end()")
    gaps, long = sorted(said["gaps"]), said["long"]
    found.count, found.long_tasks = len(gaps), len(long)
    found.stutters = sum(gap > STUTTER_MS for gap in gaps)
    found.worst_ms = gaps[-1] if gaps else 0.0
    found.p95_ms = gaps[int(0.95 * (len(gaps) - 1))] if gaps else 0.0
    found.longest_task_ms = max(long, default=0.0)
