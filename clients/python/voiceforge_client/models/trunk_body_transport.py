from typing import Literal

TrunkBodyTransport = Literal["tcp", "tls", "udp"]

TRUNK_BODY_TRANSPORT_VALUES: set[TrunkBodyTransport] = {
    "tcp",
    "tls",
    "udp",
}


def check_trunk_body_transport(value: str) -> TrunkBodyTransport:
    if value in TRUNK_BODY_TRANSPORT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TRUNK_BODY_TRANSPORT_VALUES!r}"
    )
