"""trunks"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.new_trunk import NewTrunk
from ...models.new_trunk_caller import NewTrunkCaller
from ...models.new_trunk_dial import NewTrunkDial
from ...models.new_trunk_encryption import (
    NewTrunkEncryption,
    check_new_trunk_encryption,
)
from ...models.new_trunk_identity import NewTrunkIdentity, check_new_trunk_identity
from ...models.new_trunk_quirks import NewTrunkQuirks
from ...models.new_trunk_receive import NewTrunkReceive
from ...models.new_trunk_sign import NewTrunkSign, check_new_trunk_sign
from ...models.new_trunk_transport import NewTrunkTransport, check_new_trunk_transport
from ...models.presets_shown import PresetsShown
from ...models.problem_shown import ProblemShown
from ...models.trunk_body import TrunkBody
from ...models.trunk_body_caller import TrunkBodyCaller
from ...models.trunk_body_dial import TrunkBodyDial
from ...models.trunk_body_encryption import (
    TrunkBodyEncryption,
    check_trunk_body_encryption,
)
from ...models.trunk_body_identity import TrunkBodyIdentity, check_trunk_body_identity
from ...models.trunk_body_quirks import TrunkBodyQuirks
from ...models.trunk_body_receive import TrunkBodyReceive
from ...models.trunk_body_sign import TrunkBodySign, check_trunk_body_sign
from ...models.trunk_body_transport import (
    TrunkBodyTransport,
    check_trunk_body_transport,
)
from ...models.trunk_shown import TrunkShown
from ...models.trunk_stood import TrunkStood
from ...models.trunks_shown import TrunksShown
from ...types import UNSET, File, ServerEvent, Unset
from . import trunk as _trunk
from . import trunks as _trunks
from . import trunks_add as _trunks_add
from . import trunks_change as _trunks_change
from . import trunks_presets as _trunks_presets
from . import trunks_remove as _trunks_remove

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Trunks:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def presets(
        self,
    ) -> PresetsShown:
        """Carriers and exchanges whose trunks need little more than a user name: made from their documents."""
        return self._client.ask(_trunks_presets.request(), _trunks_presets.read)

    def list(
        self,
    ) -> TrunksShown:
        """All trunks, by name."""
        return self._client.ask(_trunks.request(), _trunks.read)

    def add(
        self,
        *,
        host: str,
        name: str,
        port: int | None | Unset = UNSET,
        transport: NewTrunkTransport | Unset = "udp",
        outbound_proxy: str | Unset = "",
        enabled: bool | Unset = True,
        register: bool | Unset = False,
        username: str | Unset = "",
        auth_username: str | Unset = "",
        password: str | Unset = "",
        realm: str | Unset = "",
        expires_s: int | Unset = 3600,
        keep_alive_s: float | Unset = 30.0,
        networks: List[str] | Unset = UNSET,
        header: str | Unset = "",
        may_dial: List[str] | None | Unset = UNSET,
        prefixes: List[str] | Unset = UNSET,
        dial: NewTrunkDial | dict[str, Any] | Unset = UNSET,
        receive: NewTrunkReceive | dict[str, Any] | Unset = UNSET,
        caller: NewTrunkCaller | dict[str, Any] | Unset = UNSET,
        from_domain: str | Unset = "",
        user_phone: bool | Unset = False,
        priority: int | Unset = 100,
        weight: int | Unset = 1,
        max_calls: int | Unset = 0,
        max_cps: float | Unset = 0.0,
        first_response_s: float | Unset = 1.5,
        progress_s: float | Unset = 20.0,
        codecs: List[str] | Unset = UNSET,
        encryption: NewTrunkEncryption | Unset = "off",
        headers_in: List[str] | Unset = UNSET,
        headers_out: List[str] | Unset = UNSET,
        uui: bool | Unset = False,
        identity: NewTrunkIdentity | Unset = "pass",
        sign: NewTrunkSign | Unset = "off",
        identity_out: bool | Unset = False,
        quirks: NewTrunkQuirks | dict[str, Any] | Unset = UNSET,
    ) -> TrunkShown:
        """Add a trunk. 409 when there is one of that name."""
        return self._client.ask(
            _trunks_add.request(
                body=NewTrunk(
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
                    dial=NewTrunkDial.from_dict(dial)
                    if isinstance(dial, dict)
                    else dial,
                    receive=NewTrunkReceive.from_dict(receive)
                    if isinstance(receive, dict)
                    else receive,
                    caller=NewTrunkCaller.from_dict(caller)
                    if isinstance(caller, dict)
                    else caller,
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
                    quirks=NewTrunkQuirks.from_dict(quirks)
                    if isinstance(quirks, dict)
                    else quirks,
                ),
            ),
            _trunks_add.read,
        )

    def get(
        self,
        name: str,
    ) -> TrunkStood:
        """One trunk."""
        return self._client.ask(
            _trunk.request(
                name=name,
            ),
            _trunk.read,
        )

    def change(
        self,
        name: str,
        *,
        body: TrunkBody,
    ) -> TrunkShown:
        """Put this in the place of a trunk.

        A secret that is left out, or sent back as its mask, stays; a password does not where the trunk
        leads to
        another server. With If-Match and a version it is done only while that is the version.
        """
        return self._client.ask(
            _trunks_change.request(
                name=name,
                body=body,
            ),
            _trunks_change.read,
        )

    def remove(
        self,
        name: str,
    ) -> None:
        """Remove a trunk. Calls that are up go on."""
        return self._client.ask(
            _trunks_remove.request(
                name=name,
            ),
            _trunks_remove.read,
        )


class AsyncTrunks:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def presets(
        self,
    ) -> PresetsShown:
        """Carriers and exchanges whose trunks need little more than a user name: made from their documents."""
        return await self._client.ask(_trunks_presets.request(), _trunks_presets.read)

    async def list(
        self,
    ) -> TrunksShown:
        """All trunks, by name."""
        return await self._client.ask(_trunks.request(), _trunks.read)

    async def add(
        self,
        *,
        host: str,
        name: str,
        port: int | None | Unset = UNSET,
        transport: NewTrunkTransport | Unset = "udp",
        outbound_proxy: str | Unset = "",
        enabled: bool | Unset = True,
        register: bool | Unset = False,
        username: str | Unset = "",
        auth_username: str | Unset = "",
        password: str | Unset = "",
        realm: str | Unset = "",
        expires_s: int | Unset = 3600,
        keep_alive_s: float | Unset = 30.0,
        networks: List[str] | Unset = UNSET,
        header: str | Unset = "",
        may_dial: List[str] | None | Unset = UNSET,
        prefixes: List[str] | Unset = UNSET,
        dial: NewTrunkDial | dict[str, Any] | Unset = UNSET,
        receive: NewTrunkReceive | dict[str, Any] | Unset = UNSET,
        caller: NewTrunkCaller | dict[str, Any] | Unset = UNSET,
        from_domain: str | Unset = "",
        user_phone: bool | Unset = False,
        priority: int | Unset = 100,
        weight: int | Unset = 1,
        max_calls: int | Unset = 0,
        max_cps: float | Unset = 0.0,
        first_response_s: float | Unset = 1.5,
        progress_s: float | Unset = 20.0,
        codecs: List[str] | Unset = UNSET,
        encryption: NewTrunkEncryption | Unset = "off",
        headers_in: List[str] | Unset = UNSET,
        headers_out: List[str] | Unset = UNSET,
        uui: bool | Unset = False,
        identity: NewTrunkIdentity | Unset = "pass",
        sign: NewTrunkSign | Unset = "off",
        identity_out: bool | Unset = False,
        quirks: NewTrunkQuirks | dict[str, Any] | Unset = UNSET,
    ) -> TrunkShown:
        """Add a trunk. 409 when there is one of that name."""
        return await self._client.ask(
            _trunks_add.request(
                body=NewTrunk(
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
                    dial=NewTrunkDial.from_dict(dial)
                    if isinstance(dial, dict)
                    else dial,
                    receive=NewTrunkReceive.from_dict(receive)
                    if isinstance(receive, dict)
                    else receive,
                    caller=NewTrunkCaller.from_dict(caller)
                    if isinstance(caller, dict)
                    else caller,
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
                    quirks=NewTrunkQuirks.from_dict(quirks)
                    if isinstance(quirks, dict)
                    else quirks,
                ),
            ),
            _trunks_add.read,
        )

    async def get(
        self,
        name: str,
    ) -> TrunkStood:
        """One trunk."""
        return await self._client.ask(
            _trunk.request(
                name=name,
            ),
            _trunk.read,
        )

    async def change(
        self,
        name: str,
        *,
        body: TrunkBody,
    ) -> TrunkShown:
        """Put this in the place of a trunk.

        A secret that is left out, or sent back as its mask, stays; a password does not where the trunk
        leads to
        another server. With If-Match and a version it is done only while that is the version.
        """
        return await self._client.ask(
            _trunks_change.request(
                name=name,
                body=body,
            ),
            _trunks_change.read,
        )

    async def remove(
        self,
        name: str,
    ) -> None:
        """Remove a trunk. Calls that are up go on."""
        return await self._client.ask(
            _trunks_remove.request(
                name=name,
            ),
            _trunks_remove.read,
        )
