"""Where an answer sends us on, and whether we go: pure.

To the same host alone, by the same scheme or from http to https: another host was not named by whoever wrote
the flow, and is not where its secrets belong.
"""

from __future__ import annotations

from yarl import URL

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.hosts import host_of, port_of, read_url
from mediaserver.printable import printable

STATUSES = frozenset((301, 302, 303, 307, 308))
MOST = 3


def next_url(url: URL, location: str) -> URL:
    """Raises FetchError for where we do not go."""
    try:
        to = read_url(str(url.join(URL(location))))
    except (ValueError, FetchError):
        raise _refused("to what is no address that can be fetched") from None
    if host_of(to) != host_of(url):
        raise _refused(f"to another host ({printable(host_of(to)[:80])}): name that one, if it is meant")
    if to.scheme != url.scheme and url.scheme != "http":
        raise _refused("from https to http")
    if to.scheme == url.scheme and port_of(to) != port_of(url):
        raise _refused(f"to another port ({port_of(to)})")
    return to


def next_method(status: int, method: str) -> str:
    """As browsers do (WHATWG Fetch, "HTTP-redirect fetch"). Where it is another one, the body is not sent
    again."""
    if method == "HEAD" or status in (307, 308):
        return method
    return "GET" if status == 303 or method == "POST" else method


def too_many() -> FetchError:
    return _refused(f"more than {MOST} times")


def _refused(why: str) -> FetchError:
    return FetchError(f"the answer redirects {why}", FetchFault.REDIRECT)
