"""The settings of flows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from mediaserver.settings.group import SettingsGroup

ModuleName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]


class FlowsSettings(SettingsGroup):
    python_modules: tuple[ModuleName, ...] = Field(
        default=(),
        description="Python modules of yours whose functions tool nodes of flows may call, with the modules "
        'below them: `["shop", "crm.lookups"]`. Empty: flows call no functions. Whoever may write a flow can '
        "call every function that is defined there.",
    )
