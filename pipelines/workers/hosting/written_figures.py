"""What a host counts, in Prometheus' text format (exposition format 0.0.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.workers.hosting.hosted import Hosted

FIGURES: tuple[tuple[str, str, str, Callable[[Hosted], int]], ...] = (
    ("ready", "gauge", "1 while a worker can work", lambda each: int(each.pool.ready)),
    ("lines", "gauge", "Open lines of media servers", lambda each: len(each.bridges)),
    ("requests_running", "gauge", "Requests on workers", lambda each: each.pool.load),
    ("requests_total", "counter", "Requests that came", lambda each: each.counts["request"]),
    ("requests_lost_total", "counter", "Requests whose worker died", lambda each: each.counts["lost"]),
    ("requests_full_total", "counter", "Requests without room in time", lambda each: each.counts["full"]),
    ("lines_total", "counter", "Lines that were opened", lambda each: each.counts["line"]),
    ("worker_restarts_total", "counter", "Workers started again", lambda each: each.pool.restarts),
)


def written(engines: Sequence[Hosted]) -> str:
    """All figures of all engines."""
    lines: list[str] = []
    for name, kind, text, value in FIGURES:
        whole = f"voiceforge_host_{name}"
        lines += [f"# HELP {whole} {text}.", f"# TYPE {whole} {kind}"]
        for each in engines:
            label = each.name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            lines.append(f'{whole}{{kind="{each.kind}",engine="{label}"}} {value(each)}')
    return "\n".join(lines) + "\n"
