"""Where a provider's interface is: its own address, or that of a stand-in on this machine in tests."""

from __future__ import annotations

from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator

from mediaserver.addresses import address_of


def api_address(text: str) -> str:
    """The address without a slash at the end. Credentials are sent there: only by https, or to this machine.
    Raises ValueError."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("is no address: take https://host") from None
    host = parts.hostname or ""
    if not host or port == 0 or any(each.isspace() or not each.isprintable() for each in text):
        raise ValueError("is no address: take https://host")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must be https://host/path, with no user, query or fragment in it")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_this_machine(host)):
        raise ValueError("must begin with https://: credentials are sent there (http to loopback alone)")
    return text.rstrip("/")


def is_this_machine(host: str) -> bool:
    """Whether the host is loopback, as it is written: no name is looked up."""
    address = address_of(host)
    return host == "localhost" if address is None else address.is_loopback


ApiAddress: TypeAlias = Annotated[str, AfterValidator(api_address)]
"""A field of an account; see `api_address`."""
