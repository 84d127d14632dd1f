"""How a worker gets at its provider: address and key, as the server told it.

Read by workers: standard library alone, Python 3.10. The key is read anew for each connection where it stands
in a file: one that was replaced counts from then on. It must never reach a log, an error or a repr.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.faults import Provider

MOST_KEY = 8192


@dataclass(frozen=True)
class ProviderAccount:
    provider: Provider
    url: str
    """Of the provider's API, without a slash at its end."""
    key_env: str = ""
    key_file: str = ""

    @classmethod
    def told(cls, options: Mapping[str, Any]) -> ProviderAccount:
        """Of what `pipelines.engines.cloud.provider_engine.CloudEngine` tells a worker."""
        url = str(options["url"])
        key_env, key_file = str(options.get("key_env", "")), str(options.get("key_file", ""))
        parts = urlsplit(url)
        provider = Provider(str(options["engine"]), parts.netloc or url, key_file or key_env)
        return cls(provider, url, key_env, key_file)

    @property
    def ws_url(self) -> str:
        """The same for WebSockets."""
        return "ws" + self.url.removeprefix("http")

    def key(self) -> str:
        """Empty where none is named. Raises RequestError when there is none any more."""
        if self.key_file:
            try:
                key = Path(self.key_file).expanduser().read_bytes()[:MOST_KEY].decode().strip()
            except (OSError, UnicodeDecodeError):
                key = ""
        elif self.key_env:
            key = os.environ.get(self.key_env, "").strip()
        else:
            return ""
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise self.provider.fault(ProviderFault.KEY)
        return key
