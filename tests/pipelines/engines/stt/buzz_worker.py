"""A worker whose model hears stretches of Buzz, as a large one hears speech: window by window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.engines.stt.rolling.hypothesis import Hypothesis, WindowWord
from pipelines.engines.stt.rolling.listening import RollingWorker, WantedLook
from pipelines.engines.stt.rolling.window import WindowSettings
from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg
from tests.plugins.acme_speech.buzz import read


class BuzzHearer:
    """Breaks at the word "crash", and is no model any more at "nan"."""

    def hear(
        self, wanted: Sequence[WantedLook], idle: Callable[[], None], computed: Callable[[int], None]
    ) -> list[Hypothesis]:
        idle()
        computed(len(wanted))
        found = [read(each.look.audio) for each in wanted]
        if any(word.text == "crash" for words in found for word in words):
            raise RuntimeError("the model\nbroke")
        return [
            Hypothesis(
                tuple(WindowWord(f" {word.text}", word.start_ms, word.end_ms, 0.9) for word in words),
                log_probability=float("nan") if any(word.text == "nan" for word in words) else -0.1,
                language=each.languages[-1] if len(each.languages) > 1 else "",
                language_probability=0.8,
                timed=True,
            )
            for words, each in zip(found, wanted, strict=True)
        ]


def main() -> None:
    sock = become_worker()
    worker = RollingWorker(sock, BuzzHearer(), WindowSettings(step_ms=200, trim_ms=4_000))
    sock.send_json(Msg.READY)
    worker.run()
