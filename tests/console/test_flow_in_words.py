"""Flows drawn and changed by a language model, in a real Chromium, with the server's own code for models: the
model itself answers what a test says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from mediaserver.storage.postgres import EmbeddedPostgres
from tests.console.browsing import Watch, signed_in
from tests.console.running import RunningServer
from tests.console.test_flow_editor import node, saved, words
from tests.model_server import KEY, MODEL, Answer, ModelServer, chat_chunks, model_server
from tests.pipelines.flows.generating.test_author import GOOD, WRONG
from tests.standins.beside import Beside, reached

pytestmark = pytest.mark.slow


class Model:
    """A model's server, in a thread of its own."""

    def __init__(self, there: Beside[ModelServer]) -> None:
        self._there = there

    @property
    def server(self) -> ModelServer:
        return self._there.made

    def answers(self, *contents: Any) -> None:
        """Each JSON, or words that are none."""
        for each in contents:
            text = each if isinstance(each, str) else json.dumps(each)
            self.server.answers.append(Answer(chat_chunks(text)))

    def never_ends(self) -> None:
        self.server.answers.append(Answer([*chat_chunks("{")[:2], asyncio.Event()]))

    def refuses(self) -> None:
        """Whatever is asked, retries included."""
        self.server.answers.extend(Answer(status=500) for _ in range(4))

    def was_left(self, within_s: float = 20.0) -> bool:
        """Whether the other side hung up in the middle of an answer."""
        return bool(self._there.ask(asyncio.wait_for(self.server.hung_up.wait(), within_s)))


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with reached(model_server()) as there:
        yield Model(there)


@pytest.fixture(scope="module")
def thinking(model: Model, seeded: object, open_folder: Path) -> Iterator[RunningServer]:
    """A server that has a language model. Begun before Chromium, whose driver keeps a loop in this thread."""
    folder = open_folder / "thinking"
    folder.mkdir()
    folder.chmod(0o755)  # the embedded database's own user has to enter it
    key = folder / "model.key"
    key.write_text(KEY)
    database = EmbeddedPostgres(folder / "database")
    dsn = asyncio.run(database.start())
    try:
        options = {"base_url": f"{model.server.url}/v1", "model": MODEL, "api_key_file": str(key)}
        with RunningServer(
            folder, dsn, {"engines": {"llm": ["openai"]}, "engines.options.openai": options}
        ) as server:
            yield server
    finally:
        asyncio.run(database.stop())


@pytest.fixture
def drawing(thinking: RunningServer, chromium: Browser, model: Model) -> Iterator[Page]:
    model.server.answers.clear()
    context = signed_in(chromium, thinking)
    page = context.new_page()
    watch = Watch(page)
    yield page
    assert watch.faults == []
    context.close()


def ask(page: Page, label: str, text: str, press: str) -> None:
    page.get_by_label(label).fill(text)
    page.get_by_role("button", name=press).click()


def test_a_flow_is_drawn_from_words_and_then_changed_by_words(drawing: Page, model: Model) -> None:
    page = drawing
    model.answers(WRONG, GOOD)
    page.goto("/flows")
    page.get_by_role("button", name="Describe it", exact=True).click()
    ask(page, "What shall the flow do?", "Ask for a day and say goodbye.", "Draw it")
    expect(node(page, "day")).to_be_visible(timeout=20_000)
    assert page.url.endswith("/flows/days")
    assert model.server.faults == [], "the model was asked as the real ones want it"

    # What is drawn by hand meanwhile is what the model changes, and no version is made of it.
    node(page, "day").click()
    words(page).fill("Drawn by hand.")
    model.answers({"operations": [{"do": "set", "field": "about", "value": "Asks for a day."}]})
    page.get_by_role("button", name="Change in words").click()
    ask(page, "What shall be otherwise?", "Say what it is about.", "Draw the change")
    panel = page.get_by_role("region", name="Change in words")
    expect(panel).to_contain_text("Asks for a day.")
    assert "Drawn by hand." in json.dumps(model.server.asked[-1])
    panel.get_by_role("button", name="Take it").click()
    saved(page)
    api = page.context.request
    drawn = api.get("/api/flows/days/draft").json()["document"]
    assert drawn["about"] == "Asks for a day." and "Drawn by hand." in json.dumps(drawn)
    assert api.get("/api/flows/days").json()["newest"] == 1
    page.get_by_role("button", name="Undo").click()
    saved(page)
    assert "about" not in api.get("/api/flows/days/draft").json()["document"]


def test_what_a_model_cannot_do_is_told_and_nothing_is_lost(drawing: Page, model: Model) -> None:
    page = drawing
    page.goto("/flows")
    page.get_by_role("button", name="Describe it", exact=True).click()
    dialog = page.get_by_role("dialog")
    model.answers("I am sorry.", "I cannot do that.", "No.")
    ask(page, "What shall the flow do?", "Sing.", "Draw it")
    expect(dialog).to_contain_text("Answer 3 cannot be read", timeout=20_000)
    expect(dialog.get_by_role("button", name="Draw it")).to_be_enabled()
    expect(page.get_by_label("What shall the flow do?")).to_have_value("Sing.")

    model.server.answers.clear()
    model.refuses()
    page.get_by_role("button", name="Draw it").click()
    expect(dialog.locator("li").last).to_contain_text("openai", timeout=30_000)

    model.server.answers.clear()
    model.never_ends()
    page.get_by_role("button", name="Draw it").click()
    expect(dialog).to_contain_text("is drawing")
    dialog.get_by_role("button", name="Stop").click()
    assert model.was_left(), "nothing more is generated, or paid for"
    expect(dialog.get_by_role("button", name="Draw it")).to_be_enabled()
    expect(page.get_by_label("What shall the flow do?")).to_have_value("Sing.")
