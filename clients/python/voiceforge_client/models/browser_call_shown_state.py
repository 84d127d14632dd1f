from typing import Literal

BrowserCallShownState = Literal["connected", "connecting"]

BROWSER_CALL_SHOWN_STATE_VALUES: set[BrowserCallShownState] = {
    "connected",
    "connecting",
}


def check_browser_call_shown_state(value: str) -> BrowserCallShownState:
    if value in BROWSER_CALL_SHOWN_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {BROWSER_CALL_SHOWN_STATE_VALUES!r}"
    )
