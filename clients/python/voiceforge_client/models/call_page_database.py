from typing import Literal

CallPageDatabase = Literal["ok", "unavailable"]

CALL_PAGE_DATABASE_VALUES: set[CallPageDatabase] = {
    "ok",
    "unavailable",
}


def check_call_page_database(value: str) -> CallPageDatabase:
    if value in CALL_PAGE_DATABASE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CALL_PAGE_DATABASE_VALUES!r}"
    )
