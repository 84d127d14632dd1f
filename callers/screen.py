"""What a call looks like on a terminal: finished lines stay, the partial of the moment is one changing line.

On a pipe only finished lines are written. Nothing here may wait for anything but the terminal, and nothing
that the far end says may act on it.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from callers.transcript import ServerEvent
from mediaserver.printable import printable

WHOLES = ("voice_to_voice", "text_to_voice", "text_to_text")
PARTS = (
    ("endpoint", "endpoint"),
    ("stt", "stt"),
    ("llm_first_token", "thinking"),
    ("tts_first_audio", "tts"),
    ("transport", "transport"),
)


class Screen:
    """`with Screen(console) as screen: screen.show(event)`."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._live = (
            Live(Text(""), console=out, transient=True, auto_refresh=False) if out.is_terminal else None
        )
        self.events: list[ServerEvent] = []

    def __enter__(self) -> Screen:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def line(self, text: str, style: str = "") -> None:
        self._moment("")
        self._out.print(Text(printable(text), style))

    def _moment(self, text: str) -> None:
        if self._live is not None:
            self._live.update(Text(printable(text), "dim italic"), refresh=True)

    def show(self, event: ServerEvent) -> None:
        """Show one live event; kinds it does not know are kept, not shown."""
        self.events.append(event)
        data = event.data
        text = str(data.get("text", ""))
        match event.kind:
            case "partial":
                self._moment(f"caller … {text}")
            case "far_partial":
                self._moment(f"far end … {text}")
            case "far_final":
                self.line(f"far end {text}", "bold")
            case "final":
                self.line(*final_line(data))
            case "agent":
                self.line(f"agent   {text}", "bold")
            case "operator":
                self.line(f"operator {text}", "bold")
            case "heard" if data.get("interrupted"):
                self.line(f"        cut off after: {text or 'nothing'}", "yellow")
            case "latency":
                self.line(f"        {latency_line(data)}", "dim")
            case "digit":
                self.line(f"caller  pressed {data.get('digit', '')}", "cyan")
            case "hold":
                self.line("        on hold" if data.get("held") else "        off hold", "dim")
            case "language":
                self.line(f"        goes on in {data.get('language', '')}", "dim")
            case "briefing":
                self.line(f"briefing {text}", "bold")
            case "transfer":
                why = data.get("why") or data.get("reason") or ""
                self.line(f"transfer {data.get('step', '')} {why}".rstrip(), "dim")
            case "outcome":
                self.line(f"outcome {outcome_line(data)}", "green")
            case "ended":
                self.line(f"ended   {text or data.get('why', '')}", "dim")
            case _:
                pass


def final_line(data: dict[str, Any]) -> tuple[str, str]:
    """(text, style) of what the caller said."""
    text = str(data.get("text", ""))
    if data.get("understood") is False:
        return f"caller  {text} (not understood)" if text else "caller  (not understood)", "red"
    confidence = data.get("confidence")
    sure = f" ({confidence:.0%})" if isinstance(confidence, int | float) and confidence else ""
    return f"caller  {text}{sure}", "cyan"


def latency_line(data: dict[str, Any]) -> str:
    """The server's own account of a turn, the whole first."""
    parts = [f"{title} {data[key]:.0f}" for key, title in PARTS if isinstance(data.get(key), int | float)]
    whole = next((data[key] for key in WHOLES if key in data), None)
    head = f"answered after {whole:.0f} ms" if isinstance(whole, int | float) else "latency"
    return f"{head} ({', '.join(parts)})" if parts else head


def outcome_line(data: dict[str, Any]) -> str:
    """What a flow achieved: its name, how it stands, its fields."""
    fields = data.get("data")
    said = ", ".join(f"{name} {value}" for name, value in fields.items()) if isinstance(fields, dict) else ""
    return f"{data.get('flow', '?')} {data.get('status', '?')}: {said or 'nothing'}"
