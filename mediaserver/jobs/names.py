"""What the job library's tables are called, and nothing that the environment says about it.

The library would take names from variables as common as `CHANNEL` or `TRIGGER`; the tables are made by our
own migrations, under its usual names.
"""

from __future__ import annotations

from datetime import timedelta

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource


class JobTables(DBSettings):
    """The library's settings at their defaults."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


TABLES = JobTables()
HEARTBEAT = timedelta(seconds=30)
"""A job whose server said nothing for so long is taken by another, or by the same once it is up again."""


def queries_on(connection: asyncpg.Connection) -> Queries:
    """The library's queries over one connection, in whatever transaction is open on it."""
    return Queries(
        AsyncpgDriver(connection),
        QueryBuilderEnvironment(settings=TABLES),
        QueryQueueBuilder(settings=TABLES),
        QuerySchedulerBuilder(settings=TABLES),
    )
