"""docs/console.md shows every screen of the console, and says what the pictures' own list says."""

from __future__ import annotations

from api.console_pages import DEEPER, PLACES
from tests.console.pictures import DOCUMENT, FOLDER, LOOKS, SCREENS, written


def test_every_place_of_the_console_is_shown() -> None:
    places = {screen.path.partition("?")[0].strip("/").partition("/")[0] for screen in SCREENS}
    assert places == {"", *PLACES} - {"sign-in"}
    deeper = {path.split("/")[1] for path in (screen.path for screen in SCREENS) if path.count("/") == 2}
    assert deeper == set(DEEPER)


def test_the_page_is_the_one_that_was_written_with_its_pictures() -> None:
    """`python -m tests.console.pictures` writes it."""
    assert DOCUMENT.read_text() == written()
    wanted = {f"{screen.name}-{look}.jpg" for screen in SCREENS for look in LOOKS}
    assert {path.name for path in FOLDER.iterdir()} == wanted
