from typing import Literal

TrunkStoodTransport = Literal["tcp", "tls", "udp"]

TRUNK_STOOD_TRANSPORT_VALUES: set[TrunkStoodTransport] = {
    "tcp",
    "tls",
    "udp",
}


def check_trunk_stood_transport(value: str) -> TrunkStoodTransport:
    if value in TRUNK_STOOD_TRANSPORT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_STOOD_TRANSPORT_VALUES!r}"
    )
