"""What a client is told of its rate limit: the fields of draft-ietf-httpapi-ratelimit-headers-10.

RateLimit-Policy: "requests";q=200;w=2        so many in so many seconds
RateLimit: "requests";r=187;t=1               so many are left, and all are back in so many seconds
"""

from __future__ import annotations

import math

from api.access.buckets import Taken

_POLICY = '"requests"'


def rate_headers(taken: Taken) -> dict[str, str]:
    """With Retry-After where it was refused."""
    rate = taken.rate
    # The draft knows windows, not buckets: this is the window in which an empty one is full again.
    window = max(1, math.ceil(rate.burst / rate.per_second))
    quota = max(math.floor(rate.burst), math.floor(rate.per_second * window))
    whole = math.ceil(max(0.0, rate.burst - taken.left) / rate.per_second)
    told = {
        "RateLimit-Policy": f"{_POLICY};q={quota};w={window}",
        "RateLimit": f"{_POLICY};r={math.floor(max(0.0, taken.left))};t={whole}",
    }
    return told if taken.allowed else told | {"Retry-After": str(taken.retry_s)}
