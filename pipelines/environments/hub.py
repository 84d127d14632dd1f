"""What a model hub says about a repository: its files with their checksums, its licence, who may have it.

Through huggingface_hub, which knows HF_TOKEN, HF_ENDPOINT and HF_HUB_OFFLINE. What goes wrong is one line.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mediaserver.errors import EngineError
from pipelines.environments.checksums import is_checksum
from pipelines.environments.choosing import is_inside
from pipelines.environments.weights import WeightFile, is_ours

ASK_S = 30.0
"""For what a hub says about a repository."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One repository at one commit."""

    repo: str
    revision: str
    commit: str
    licence: str
    """As it says itself; empty: it does not."""
    gated: bool
    files: Mapping[str, WeightFile]
    endpoint: str


def hub_address() -> str | None:
    """The operator's own hub (HF_ENDPOINT), which may have been set after huggingface_hub was loaded."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or None


def listing(repo: str, revision: str) -> Listing:
    """Ask the hub. Raises EngineError."""
    with hub_faults(repo, revision):
        from huggingface_hub import HfApi

        api = HfApi(endpoint=hub_address())
        info = api.model_info(repo, revision=revision, files_metadata=True, timeout=ASK_S)
    if info.sha is None:
        raise EngineError(f"the hub does not say which commit {repo} is at: it cannot be written down")
    return Listing(
        repo,
        revision,
        info.sha,
        _licence(info),
        bool(info.gated),
        {
            name: file
            for each in info.siblings or ()
            for name, file in [_file(repo, each)]
            if not is_ours(name)
        },
        api.endpoint,
    )


def _licence(info: Any) -> str:
    card = info.card_data
    said = card.get("license") if card is not None else None
    name = card.get("license_name") if card is not None and said == "other" else None
    tags = [tag.removeprefix("license:") for tag in info.tags or () if tag.startswith("license:")]
    told = name or said or (tags[0] if tags else "")
    return ", ".join(map(str, told)) if isinstance(told, list) else str(told)


def _file(repo: str, sibling: Any) -> tuple[str, WeightFile]:
    if not is_inside(sibling.rfilename):
        raise EngineError(f"{repo} has a file that leads out of its folder: {sibling.rfilename!r}")
    checksum = f"sha256:{sibling.lfs.sha256}" if sibling.lfs is not None else f"git:{sibling.blob_id}"
    if sibling.size is None or checksum == "git:None":
        raise EngineError(f"the hub says neither size nor checksum of {sibling.rfilename} in {repo}")
    if not is_checksum(checksum):  # it becomes the name of a file here
        raise EngineError(f"the hub says a checksum of {sibling.rfilename} in {repo} that is none")
    return sibling.rfilename, WeightFile(sibling.size, checksum)


@contextlib.contextmanager
def hub_faults(repo: str, revision: str) -> Iterator[None]:
    """What huggingface_hub raises becomes EngineError, one line that says how to mend it."""
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError:
        why = f"{repo} is given only to whom its owner lets in: ask for it on its page, then set HF_TOKEN"
        raise EngineError(why) from None
    except errors.RevisionNotFoundError:
        raise EngineError(f"{repo} has no revision {revision}") from None
    except errors.RepositoryNotFoundError:
        told = "" if os.environ.get("HF_TOKEN") else ", or it wants a token (HF_TOKEN)"
        raise EngineError(f"the hub has no repository {repo}{told}") from None
    except errors.EntryNotFoundError as error:
        raise EngineError(_entry(repo, error)) from None
    except errors.OfflineModeIsEnabled:
        why = "the hub is not to be asked (HF_HUB_OFFLINE is set)"
        raise EngineError(f"{why}: name a folder with --from") from None
    except errors.HFValidationError:
        raise EngineError(f"{repo!r} is no OWNER/NAME of a hub") from None
    except errors.HfHubHTTPError as error:
        raise EngineError(_refusal(repo, error)) from None
    except OSError as error:
        raise EngineError(_system(repo, error)) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ("httpx", "httpx2", "httpcore", "hf_xet"):
            raise
        raise EngineError(_unreachable(repo, error)) from None


def _entry(repo: str, error: Exception) -> str:
    """huggingface_hub says it of a file that is not there, and of a hub that does not answer."""
    cause = error.__cause__
    if cause is None:
        return f"a file of {repo} is gone from the hub: pull it again"
    if isinstance(cause, OSError) and getattr(cause, "response", None) is not None:
        return _refusal(repo, cause)
    return _unreachable(repo, cause)


def _refusal(repo: str, error: Any) -> str:
    status = error.response.status_code
    if status == 401:
        return "the hub does not know the token in HF_TOKEN: make a new one"
    if status == 403:
        return f"the token in HF_TOKEN may not read {repo}: ask its owner, or give it the right to read"
    if status == 429:
        return "the hub has had too many requests from here: wait some minutes and run it again"
    return f"the hub answers {status} for {repo}: try again later"


def _unreachable(repo: str, error: BaseException) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    return f"the hub cannot be reached for {repo} ({said}): look at the network, or name a folder with --from"


def _system(repo: str, error: OSError) -> str:
    import errno

    if error.errno == errno.ENOSPC:
        return "the disk is full: make room and run it again, what was fetched is kept"
    if error.errno is None:  # huggingface_hub's own, for a file that came in another size
        return f"{repo} came otherwise than the hub had said: run it again"
    return f"{error.filename or repo}: {error.strerror}"
