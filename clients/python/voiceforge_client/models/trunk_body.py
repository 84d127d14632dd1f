from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.trunk_body_encryption import (
    TrunkBodyEncryption,
    check_trunk_body_encryption,
)
from ..models.trunk_body_identity import TrunkBodyIdentity, check_trunk_body_identity
from ..models.trunk_body_sign import TrunkBodySign, check_trunk_body_sign
from ..models.trunk_body_transport import TrunkBodyTransport, check_trunk_body_transport
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.trunk_body_caller import TrunkBodyCaller
    from ..models.trunk_body_dial import TrunkBodyDial
    from ..models.trunk_body_quirks import TrunkBodyQuirks
    from ..models.trunk_body_receive import TrunkBodyReceive


T = TypeVar("T", bound="TrunkBody")


@_attrs_define
class TrunkBody:
    """The settings of a trunk (docs/interop.md). A setting that is not known is an error which names the
    nearest.

    """

    host: str
    name: str | Unset = UNSET
    port: int | None | Unset = UNSET
    transport: TrunkBodyTransport | Unset = "udp"
    outbound_proxy: str | Unset = ""
    enabled: bool | Unset = True
    register: bool | Unset = False
    username: str | Unset = ""
    auth_username: str | Unset = ""
    password: str | Unset = ""
    realm: str | Unset = ""
    expires_s: int | Unset = 3600
    keep_alive_s: float | Unset = 30.0
    networks: list[str] | Unset = UNSET
    header: str | Unset = ""
    may_dial: list[str] | None | Unset = UNSET
    prefixes: list[str] | Unset = UNSET
    dial: TrunkBodyDial | Unset = UNSET
    receive: TrunkBodyReceive | Unset = UNSET
    caller: TrunkBodyCaller | Unset = UNSET
    from_domain: str | Unset = ""
    user_phone: bool | Unset = False
    priority: int | Unset = 100
    weight: int | Unset = 1
    max_calls: int | Unset = 0
    max_cps: float | Unset = 0.0
    first_response_s: float | Unset = 1.5
    progress_s: float | Unset = 20.0
    codecs: list[str] | Unset = UNSET
    encryption: TrunkBodyEncryption | Unset = "off"
    headers_in: list[str] | Unset = UNSET
    headers_out: list[str] | Unset = UNSET
    uui: bool | Unset = False
    identity: TrunkBodyIdentity | Unset = "pass"
    sign: TrunkBodySign | Unset = "off"
    identity_out: bool | Unset = False
    quirks: TrunkBodyQuirks | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        host = self.host

        name = self.name

        port: int | None | Unset
        if isinstance(self.port, Unset):
            port = UNSET
        else:
            port = self.port

        transport: str | Unset = UNSET
        if not isinstance(self.transport, Unset):
            transport = self.transport

        outbound_proxy = self.outbound_proxy

        enabled = self.enabled

        register = self.register

        username = self.username

        auth_username = self.auth_username

        password = self.password

        realm = self.realm

        expires_s = self.expires_s

        keep_alive_s = self.keep_alive_s

        networks: list[str] | Unset = UNSET
        if not isinstance(self.networks, Unset):
            networks = self.networks

        header = self.header

        may_dial: list[str] | None | Unset
        if isinstance(self.may_dial, Unset):
            may_dial = UNSET
        elif isinstance(self.may_dial, list):
            may_dial = self.may_dial

        else:
            may_dial = self.may_dial

        prefixes: list[str] | Unset = UNSET
        if not isinstance(self.prefixes, Unset):
            prefixes = self.prefixes

        dial: dict[str, Any] | Unset = UNSET
        if not isinstance(self.dial, Unset):
            dial = self.dial.to_dict()

        receive: dict[str, Any] | Unset = UNSET
        if not isinstance(self.receive, Unset):
            receive = self.receive.to_dict()

        caller: dict[str, Any] | Unset = UNSET
        if not isinstance(self.caller, Unset):
            caller = self.caller.to_dict()

        from_domain = self.from_domain

        user_phone = self.user_phone

        priority = self.priority

        weight = self.weight

        max_calls = self.max_calls

        max_cps = self.max_cps

        first_response_s = self.first_response_s

        progress_s = self.progress_s

        codecs: list[str] | Unset = UNSET
        if not isinstance(self.codecs, Unset):
            codecs = self.codecs

        encryption: str | Unset = UNSET
        if not isinstance(self.encryption, Unset):
            encryption = self.encryption

        headers_in: list[str] | Unset = UNSET
        if not isinstance(self.headers_in, Unset):
            headers_in = self.headers_in

        headers_out: list[str] | Unset = UNSET
        if not isinstance(self.headers_out, Unset):
            headers_out = self.headers_out

        uui = self.uui

        identity: str | Unset = UNSET
        if not isinstance(self.identity, Unset):
            identity = self.identity

        sign: str | Unset = UNSET
        if not isinstance(self.sign, Unset):
            sign = self.sign

        identity_out = self.identity_out

        quirks: dict[str, Any] | Unset = UNSET
        if not isinstance(self.quirks, Unset):
            quirks = self.quirks.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "host": host,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if port is not UNSET:
            field_dict["port"] = port
        if transport is not UNSET:
            field_dict["transport"] = transport
        if outbound_proxy is not UNSET:
            field_dict["outbound_proxy"] = outbound_proxy
        if enabled is not UNSET:
            field_dict["enabled"] = enabled
        if register is not UNSET:
            field_dict["register"] = register
        if username is not UNSET:
            field_dict["username"] = username
        if auth_username is not UNSET:
            field_dict["auth_username"] = auth_username
        if password is not UNSET:
            field_dict["password"] = password
        if realm is not UNSET:
            field_dict["realm"] = realm
        if expires_s is not UNSET:
            field_dict["expires_s"] = expires_s
        if keep_alive_s is not UNSET:
            field_dict["keep_alive_s"] = keep_alive_s
        if networks is not UNSET:
            field_dict["networks"] = networks
        if header is not UNSET:
            field_dict["header"] = header
        if may_dial is not UNSET:
            field_dict["may_dial"] = may_dial
        if prefixes is not UNSET:
            field_dict["prefixes"] = prefixes
        if dial is not UNSET:
            field_dict["dial"] = dial
        if receive is not UNSET:
            field_dict["receive"] = receive
        if caller is not UNSET:
            field_dict["caller"] = caller
        if from_domain is not UNSET:
            field_dict["from_domain"] = from_domain
        if user_phone is not UNSET:
            field_dict["user_phone"] = user_phone
        if priority is not UNSET:
            field_dict["priority"] = priority
        if weight is not UNSET:
            field_dict["weight"] = weight
        if max_calls is not UNSET:
            field_dict["max_calls"] = max_calls
        if max_cps is not UNSET:
            field_dict["max_cps"] = max_cps
        if first_response_s is not UNSET:
            field_dict["first_response_s"] = first_response_s
        if progress_s is not UNSET:
            field_dict["progress_s"] = progress_s
        if codecs is not UNSET:
            field_dict["codecs"] = codecs
        if encryption is not UNSET:
            field_dict["encryption"] = encryption
        if headers_in is not UNSET:
            field_dict["headers_in"] = headers_in
        if headers_out is not UNSET:
            field_dict["headers_out"] = headers_out
        if uui is not UNSET:
            field_dict["uui"] = uui
        if identity is not UNSET:
            field_dict["identity"] = identity
        if sign is not UNSET:
            field_dict["sign"] = sign
        if identity_out is not UNSET:
            field_dict["identity_out"] = identity_out
        if quirks is not UNSET:
            field_dict["quirks"] = quirks

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.trunk_body_caller import TrunkBodyCaller  # noqa: PLC0415
        from ..models.trunk_body_dial import TrunkBodyDial  # noqa: PLC0415
        from ..models.trunk_body_quirks import TrunkBodyQuirks  # noqa: PLC0415
        from ..models.trunk_body_receive import TrunkBodyReceive  # noqa: PLC0415

        d = dict(src_dict)
        host = d.pop("host")

        name = d.pop("name", UNSET)

        def _parse_port(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        port = _parse_port(d.pop("port", UNSET))

        _transport = d.pop("transport", UNSET)
        transport: TrunkBodyTransport | Unset
        if isinstance(_transport, Unset):
            transport = UNSET
        else:
            transport = check_trunk_body_transport(_transport)

        outbound_proxy = d.pop("outbound_proxy", UNSET)

        enabled = d.pop("enabled", UNSET)

        register = d.pop("register", UNSET)

        username = d.pop("username", UNSET)

        auth_username = d.pop("auth_username", UNSET)

        password = d.pop("password", UNSET)

        realm = d.pop("realm", UNSET)

        expires_s = d.pop("expires_s", UNSET)

        keep_alive_s = d.pop("keep_alive_s", UNSET)

        networks = cast(list[str], d.pop("networks", UNSET))

        header = d.pop("header", UNSET)

        def _parse_may_dial(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                may_dial_type_0 = cast(list[str], data)

                return may_dial_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        may_dial = _parse_may_dial(d.pop("may_dial", UNSET))

        prefixes = cast(list[str], d.pop("prefixes", UNSET))

        _dial = d.pop("dial", UNSET)
        dial: TrunkBodyDial | Unset
        if isinstance(_dial, Unset):
            dial = UNSET
        else:
            dial = TrunkBodyDial.from_dict(_dial)

        _receive = d.pop("receive", UNSET)
        receive: TrunkBodyReceive | Unset
        if isinstance(_receive, Unset):
            receive = UNSET
        else:
            receive = TrunkBodyReceive.from_dict(_receive)

        _caller = d.pop("caller", UNSET)
        caller: TrunkBodyCaller | Unset
        if isinstance(_caller, Unset):
            caller = UNSET
        else:
            caller = TrunkBodyCaller.from_dict(_caller)

        from_domain = d.pop("from_domain", UNSET)

        user_phone = d.pop("user_phone", UNSET)

        priority = d.pop("priority", UNSET)

        weight = d.pop("weight", UNSET)

        max_calls = d.pop("max_calls", UNSET)

        max_cps = d.pop("max_cps", UNSET)

        first_response_s = d.pop("first_response_s", UNSET)

        progress_s = d.pop("progress_s", UNSET)

        codecs = cast(list[str], d.pop("codecs", UNSET))

        _encryption = d.pop("encryption", UNSET)
        encryption: TrunkBodyEncryption | Unset
        if isinstance(_encryption, Unset):
            encryption = UNSET
        else:
            encryption = check_trunk_body_encryption(_encryption)

        headers_in = cast(list[str], d.pop("headers_in", UNSET))

        headers_out = cast(list[str], d.pop("headers_out", UNSET))

        uui = d.pop("uui", UNSET)

        _identity = d.pop("identity", UNSET)
        identity: TrunkBodyIdentity | Unset
        if isinstance(_identity, Unset):
            identity = UNSET
        else:
            identity = check_trunk_body_identity(_identity)

        _sign = d.pop("sign", UNSET)
        sign: TrunkBodySign | Unset
        if isinstance(_sign, Unset):
            sign = UNSET
        else:
            sign = check_trunk_body_sign(_sign)

        identity_out = d.pop("identity_out", UNSET)

        _quirks = d.pop("quirks", UNSET)
        quirks: TrunkBodyQuirks | Unset
        if isinstance(_quirks, Unset):
            quirks = UNSET
        else:
            quirks = TrunkBodyQuirks.from_dict(_quirks)

        trunk_body = cls(
            host=host,
            name=name,
            port=port,
            transport=transport,
            outbound_proxy=outbound_proxy,
            enabled=enabled,
            register=register,
            username=username,
            auth_username=auth_username,
            password=password,
            realm=realm,
            expires_s=expires_s,
            keep_alive_s=keep_alive_s,
            networks=networks,
            header=header,
            may_dial=may_dial,
            prefixes=prefixes,
            dial=dial,
            receive=receive,
            caller=caller,
            from_domain=from_domain,
            user_phone=user_phone,
            priority=priority,
            weight=weight,
            max_calls=max_calls,
            max_cps=max_cps,
            first_response_s=first_response_s,
            progress_s=progress_s,
            codecs=codecs,
            encryption=encryption,
            headers_in=headers_in,
            headers_out=headers_out,
            uui=uui,
            identity=identity,
            sign=sign,
            identity_out=identity_out,
            quirks=quirks,
        )

        trunk_body.additional_properties = d
        return trunk_body

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
