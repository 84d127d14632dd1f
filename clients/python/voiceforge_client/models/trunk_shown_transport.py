from typing import Literal

TrunkShownTransport = Literal["tcp", "tls", "udp"]

TRUNK_SHOWN_TRANSPORT_VALUES: set[TrunkShownTransport] = {
    "tcp",
    "tls",
    "udp",
}


def check_trunk_shown_transport(value: str) -> TrunkShownTransport:
    if value in TRUNK_SHOWN_TRANSPORT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_SHOWN_TRANSPORT_VALUES!r}"
    )
