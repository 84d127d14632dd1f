from typing import Literal

NewTrunkTransport = Literal["tcp", "tls", "udp"]

NEW_TRUNK_TRANSPORT_VALUES: set[NewTrunkTransport] = {
    "tcp",
    "tls",
    "udp",
}


def check_new_trunk_transport(value: str) -> NewTrunkTransport:
    if value in NEW_TRUNK_TRANSPORT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {NEW_TRUNK_TRANSPORT_VALUES!r}"
    )
