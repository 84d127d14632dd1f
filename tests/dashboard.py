"""The Grafana dashboard, drawn with Grafana's own library: `python -m tests.dashboard --write` puts it into
deploy/grafana/voiceforge.json. A test compares both, and looks for each metric in what a server shows.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders import dashboard, prometheus, timeseries
from grafana_foundation_sdk.builders.common import VizLegendOptions
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import DataSourceRef

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "deploy" / "grafana" / "voiceforge.json"
SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
ONE = 'instance=~"$instance"'
RATE = "[$__rate_interval]"
HTTP = "voiceforge_http_requests_total"
_METRIC = re.compile(r"\b(?:voiceforge|process)_[a-z0-9_]+")


@dataclass(frozen=True)
class Drawn:
    """One panel: its queries by their legends. `unit`: as Grafana names them."""

    title: str
    about: str
    unit: str
    queries: Mapping[str, str]


def percentiles(metric: str, by: str = "") -> dict[str, str]:
    """p50, p95 and p99 of a histogram of seconds, for each `by`."""
    grouped, shown = ("le, " + by, f"{{{{{by}}}}} ") if by else ("le", "")
    return {
        f"{shown}p{percent}": f"histogram_quantile(0.{percent}, sum by ({grouped}) "
        f"(rate({metric}_bucket{{{ONE}}}{RATE})))"
        for percent in (50, 95, 99)
    }


def rate(metric: str, by: str = "", more: str = "") -> str:
    labels = f"{ONE}, {more}" if more else ONE
    return f"sum{f' by ({by})' if by else ''} (rate({metric}{{{labels}}}{RATE}))"


ROWS: Mapping[str, tuple[Drawn, ...]] = {
    "Calls": (
        Drawn(
            "Calls that are up",
            "On each server.",
            "short",
            {"{{instance}}": f"voiceforge_calls_live{{{ONE}}}"},
        ),
        Drawn(
            "Calls that ended", "A second, by why.", "cps", {"{{why}}": rate("voiceforge_calls_total", "why")}
        ),
        Drawn(
            "Calls refused",
            "A second, by why: full, overloaded, no engines ...",
            "cps",
            {"{{reason}}": rate("voiceforge_calls_refused_total", "reason")},
        ),
        Drawn(
            "Listening quality",
            "Estimated MOS of calls that ended: half of them, and nineteen of twenty, are better.",
            "short",
            {
                f"p{percent}": f"histogram_quantile({percent / 100}, "
                f"sum by (le) (rate(voiceforge_call_mos_bucket{{{ONE}}}{RATE})))"
                for percent in (50, 5)
            },
        ),
    ),
    "Answers": (
        Drawn(
            "Voice to voice",
            "From the caller's last voiced sample to our first.",
            "s",
            percentiles("voiceforge_voice_to_voice_seconds"),
        ),
        Drawn(
            "Where the time went",
            "p95 of each part of voice to voice.",
            "s",
            {
                "{{part}}": "histogram_quantile(0.95, sum by (le, part) "
                f"(rate(voiceforge_turn_part_seconds_bucket{{{ONE}}}{RATE})))"
            },
        ),
        Drawn("Barge-in", "How soon we fall silent.", "s", percentiles("voiceforge_barge_in_seconds")),
        Drawn(
            "Troubles of lines",
            "A second, by kind.",
            "cps",
            {"{{kind}}": rate("voiceforge_line_troubles_total", "kind")},
        ),
    ),
    "API": (
        Drawn(
            "Requests",
            "A second, by route.",
            "reqps",
            {"{{method}} {{route}}": rate("voiceforge_http_request_seconds_count", "method, route")},
        ),
        Drawn(
            "Errors",
            "A second: faults of ours by route, and what was refused by status.",
            "reqps",
            {
                "{{status}} {{route}}": rate(HTTP, "status, route", 'status=~"5.."'),
                "{{status}}": rate(HTTP, "status", 'status=~"401|403|429"'),
            },
        ),
        Drawn(
            "Duration by route",
            "p95.",
            "s",
            {
                "{{route}}": "histogram_quantile(0.95, sum by (le, route) "
                f"(rate(voiceforge_http_request_seconds_bucket{{{ONE}}}{RATE})))"
            },
        ),
        Drawn(
            "Open streams",
            "WebSockets and event streams, by route.",
            "short",
            {"{{route}}": f"sum by (route) (voiceforge_http_streams{{{ONE}}})"},
        ),
    ),
    "Media": (
        Drawn(
            "Lateness of sent packets",
            "p99 above 5 ms is heard as jitter.",
            "s",
            percentiles("voiceforge_send_lateness_seconds"),
        ),
        Drawn(
            "Busy with audio",
            "The share of one core that the media clock takes.",
            "percentunit",
            {"{{instance}}": rate("voiceforge_tick_busy_seconds_total", "instance")},
        ),
        Drawn(
            "Lost packets",
            "A second, on the way to us.",
            "pps",
            {"{{instance}}": rate("voiceforge_rtp_packets_lost_total", "instance")},
        ),
        Drawn(
            "Jitter", "Of what callers send.", "s", percentiles("voiceforge_rtp_jitter_seconds")
        ),
    ),
    "Engines": (
        Drawn(
            "Requests at the engines",
            "That run now, and those that wait for room.",
            "short",
            {
                "{{engine}}": f"sum by (engine) (voiceforge_engine_requests{{{ONE}}})",
                "{{engine}} waiting": f"sum by (engine) (voiceforge_engine_waiting{{{ONE}}})",
            },
        ),
        Drawn(
            "Time at an engine",
            "From a request's place on a worker to its last answer; a recogniser's request lasts as long as "
            "its utterance.",
            "s",
            percentiles("voiceforge_engine_service_seconds", "engine"),
        ),
        Drawn(
            "Failovers",
            "A second, by the engine that failed and why.",
            "cps",
            {"{{engine}} {{reason}}": rate("voiceforge_engine_failovers_total", "engine, reason")},
        ),
        Drawn(
            "Memory of the GPUs",
            "What models hold and what there is, in MB.",
            "decmbytes",
            {"GPU {{gpu}} {{what}}": f"voiceforge_gpu_memory_mb{{{ONE}}}"},
        ),
    ),
    "Behind it": (
        Drawn(
            "Records that wait for the database",
            "None are lost; they wait in memory or in the journal.",
            "short",
            {"{{instance}}": f"voiceforge_db_queue_records{{{ONE}}}"},
        ),
        Drawn(
            "Records",
            "A second, by what became of them.",
            "cps",
            {"{{fate}}": rate("voiceforge_db_records_total", "fate")},
        ),
        Drawn(
            "Jobs",
            "That wait, run, or failed for good (webhooks among them).",
            "short",
            {
                "waiting": f"max(voiceforge_jobs_waiting{{{ONE}}})",
                "running": f"max(voiceforge_jobs_running{{{ONE}}})",
                "failed": f"max(voiceforge_jobs_failed_kept{{{ONE}}})",
            },
        ),
        Drawn(
            "Engines that died",
            "Workers that were started again.",
            "cps",
            {"{{engine}}": rate("voiceforge_engine_restarts_total", "engine")},
        ),
        Drawn(
            "Records of SIP",
            "Messages a second, by what became of them.",
            "cps",
            {"{{fate}}": rate("voiceforge_sip_messages_total", "fate")},
        ),
        Drawn(
            "Calls out",
            "Spent today on calls out, in the currency of the settings.",
            "short",
            {"{{instance}}": f"voiceforge_outbound_spend_day{{{ONE}}}"},
        ),
        Drawn(
            "Memory",
            "Resident, of the server's own process.",
            "bytes",
            {"{{instance}}": f"process_resident_memory_bytes{{{ONE}}}"},
        ),
    ),
}  # fmt: skip


def drawn() -> str:
    """The text of the file."""
    board = (
        dashboard.Dashboard("VoiceForge")
        .uid("voiceforge")
        .description(
            "Calls, answers, API, media and what is behind them. Made by `python -m tests.dashboard`."
        )
        .tags(["voiceforge"])
        .refresh("30s")
        .time("now-6h", "now")
        .readonly()
        .with_variable(dashboard.DatasourceVariable("datasource").label("Source").type("prometheus"))
        .with_variable(
            dashboard.QueryVariable("instance")
            .label("Server")
            .datasource(SOURCE)
            .query("label_values(voiceforge_calls_live, instance)")
            .multi(True)
            .include_all(True)
        )
    )
    number = count(1)
    for title, panels in ROWS.items():
        board = board.with_row(dashboard.Row(title).id(next(number)))
        for panel in panels:
            board = board.with_panel(_panel(panel).id(next(number)))
    return JSONEncoder(sort_keys=True, indent=2).encode(board.build()) + "\n"


def _panel(drawn: Drawn) -> timeseries.Panel:
    legend = VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    panel = (
        timeseries.Panel()
        .title(drawn.title)
        .description(drawn.about)
        .datasource(SOURCE)
        .unit(drawn.unit)
        .min(0)
        .height(8)
        .span(6)
        .legend(legend.show_legend(True))
    )
    for letter, (shown, expression) in zip("ABCDEF", drawn.queries.items(), strict=False):
        query = prometheus.Dataquery().expr(expression).legend_format(shown).ref_id(letter)
        panel = panel.with_target(query)
    return panel


def expressions(content: Any) -> Iterator[str]:
    """Every query in a dashboard, wherever it stands."""
    match content:
        case dict():
            if isinstance(expression := content.get("expr"), str):
                yield expression
            if content.get("type") == "query" and isinstance(query := content.get("query"), str):
                yield query
            for value in content.values():
                yield from expressions(value)
        case list():
            for value in content:
                yield from expressions(value)
        case _:
            pass


def metrics_named(texts: Iterable[str]) -> set[str]:
    """Metrics that queries or rules ask for."""
    return {name for text in texts for name in _METRIC.findall(text)}


def metrics_shown(exposed: str) -> set[str]:
    """All series that a server has, or would have, by the types that it declares in the text format."""
    found = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", exposed, re.MULTILINE):
        found |= {f"{name}_{end}" for end in ("bucket", "sum", "count")} if kind == "histogram" else {name}
    return found


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(drawn())
    else:
        print(drawn(), end="")  # noqa: T201 - it is a command
