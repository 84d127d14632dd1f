from typing import Literal

DocumentWantedFormat = Literal["markdown", "text"]

DOCUMENT_WANTED_FORMAT_VALUES: set[DocumentWantedFormat] = {
    "markdown",
    "text",
}


def check_document_wanted_format(value: str) -> DocumentWantedFormat:
    if value in DOCUMENT_WANTED_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {DOCUMENT_WANTED_FORMAT_VALUES!r}"
    )
