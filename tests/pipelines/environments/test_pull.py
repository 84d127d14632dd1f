"""Weights from a hub: all of them, as the hub says that they are, or one line that says why not."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from mediaserver.errors import EngineError
from pipelines.engines.llm.vllm.engine import FILES as FILES_OF_VLLM
from pipelines.environments.choosing import chosen_files
from pipelines.environments.from_folder import find_folder, take
from pipelines.environments.places import weights
from pipelines.environments.pull import PullStep, check_room, plan_pull, pull
from pipelines.environments.recipe import ModelFiles
from pipelines.environments.weights import corrupt_files, lacks_of, read_pulled
from tests.standins.hub import TOKEN, Hub, Repository, serving

MODEL = bytes(range(256)) * 400
FILES = ModelFiles("acme/larynx", ("*.json", "*.safetensors"), licence="MIT")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        monkeypatch.setattr("time.sleep", lambda s: None)  # huggingface_hub waits between its tries
        monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 10_000)  # it has 10 MB
        hub.repositories["acme/larynx"] = Repository(
            {"config.json": b"{}", "model.safetensors": MODEL, "README.md": b"hello"}
        )
        yield hub


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def fetched(home: Path, files: ModelFiles = FILES) -> Path:
    pull(plan_pull(files, home))
    return weights(home, files.repo)


def refused(home: Path, files: ModelFiles = FILES) -> str:
    with pytest.raises(EngineError) as refusal:
        fetched(home, files)
    line = str(refusal.value)
    assert "\n" not in line and lacks_of(weights(home, files.repo)) in ("not fetched", "half fetched")
    return line


def test_what_the_patterns_name_is_fetched_and_written_down(hub: Hub, home: Path) -> None:
    plan = plan_pull(FILES, home)
    assert (plan.size, plan.missing, plan.at.licence, plan.there) == (len(MODEL) + 2,) * 2 + ("mit", False)
    steps: list[PullStep] = []
    pull(plan, steps.append)
    folder = weights(home, "acme/larynx")
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "model.safetensors",
        "voiceforge.json",
    ]
    pulled = read_pulled(folder)
    assert pulled is not None and pulled.commit == hub.repositories["acme/larynx"].commit
    assert (pulled.revision, pulled.origin, pulled.size) == ("main", hub.address, len(MODEL) + 2)
    assert not lacks_of(folder) and not corrupt_files(folder, pulled)
    assert {step.file for step in steps} == {"config.json", "model.safetensors"}


def test_what_is_there_is_not_fetched_again(hub: Hub, home: Path) -> None:
    fetched(home)
    plan = plan_pull(FILES, home)
    assert plan.there and plan.missing == 0
    pull(plan)
    assert hub.asked == {"config.json": 1, "model.safetensors": 1}


def test_a_connection_that_is_cut_goes_on_in_the_middle_of_the_file(hub: Hub, home: Path) -> None:
    hub.cut_after["model.safetensors"] = [40_000, 30_000]
    folder = fetched(home)
    assert (folder / "model.safetensors").read_bytes() == MODEL
    assert len(hub.ranges) == 2 and hub.ranges[0] != "bytes=0-"


def test_what_was_interrupted_goes_on_where_it_stopped(hub: Hub, home: Path) -> None:
    hub.cut_after["model.safetensors"] = [40_000, *[0] * 20]
    assert "the hub cannot be reached for acme/larynx" in refused(home)
    hub.cut_after.clear()
    before = len(hub.ranges)
    plan = plan_pull(FILES, home)
    assert 0 < plan.missing < len(MODEL)
    pull(plan)
    assert len(hub.ranges) == before + 1 and not lacks_of(weights(home, "acme/larynx"))


def test_a_corrupt_file_is_fetched_anew_once(hub: Hub, home: Path) -> None:
    hub.corrupt.update({"model.safetensors": 1, "config.json": 1})
    folder = fetched(home)
    assert (folder / "model.safetensors").read_bytes() == MODEL
    assert hub.asked == {"config.json": 2, "model.safetensors": 2}


def test_a_file_that_stays_corrupt_is_named(hub: Hub, home: Path) -> None:
    hub.corrupt["model.safetensors"] = 9
    assert "model.safetensors of acme/larynx has another checksum also when" in refused(home)
    hub.corrupt.clear()
    assert not lacks_of(fetched(home))


def test_a_file_that_was_spoilt_on_the_disk_is_found_and_fetched_again(hub: Hub, home: Path) -> None:
    folder = fetched(home)
    model = folder / "model.safetensors"
    model.write_bytes(MODEL[:-1] + b"x")
    pulled = read_pulled(folder)
    assert pulled is not None and not lacks_of(folder)
    assert corrupt_files(folder, pulled) == {"model.safetensors": "has another checksum"}
    pull(plan_pull(FILES, home))
    assert model.read_bytes() == MODEL
    model.unlink()
    assert lacks_of(folder) == "of which model.safetensors is gone"
    (folder / "config.json").write_bytes(b"")
    assert lacks_of(folder) == "of which config.json has 0 of 2 bytes"


def test_a_new_commit_takes_the_place_of_the_old_one(hub: Hub, home: Path) -> None:
    folder = fetched(home)
    hub.repositories["acme/larynx"] = Repository({"new.json": b"[]", "model.safetensors": MODEL})
    assert not plan_pull(FILES, home).there
    fetched(home)
    assert (folder / "new.json").exists() and not (folder / "config.json").exists()
    assert hub.asked["model.safetensors"] == 1


class Refusal(NamedTuple):
    """A repository or a token that is refused, and the words that say so."""

    repo: str
    token: str
    words: str


@pytest.mark.parametrize(
    "case",
    [
        Refusal("acme/nobody", "", "the hub has no repository acme/nobody, or it wants a token (HF_TOKEN)"),
        Refusal("acme/nobody", TOKEN, "the hub has no repository acme/nobody"),
        Refusal("acme/gated", "", "acme/gated is given only to whom its owner lets in"),
        Refusal("acme/larynx", "hf_wrong", "the hub does not know the token in HF_TOKEN"),
        Refusal("no name", "", "'no name' is no OWNER/NAME of a hub"),
    ],
    ids=lambda case: f"{case.repo}-{case.token[:4]}",
)
def test_what_the_hub_refuses_is_one_line(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch, case: Refusal
) -> None:
    hub.repositories["acme/gated"] = Repository({"model.safetensors": MODEL}, gated=True)
    if case.token:
        monkeypatch.setenv("HF_TOKEN", case.token)
    assert case.words in refused(home, ModelFiles(case.repo))


def test_a_gated_repository_is_for_whom_its_owner_let_in(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repositories["acme/larynx"].gated = True
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.may_read = False
    assert "only to whom its owner lets in" in refused(home)
    hub.may_read = True
    assert plan_pull(FILES, home).at.gated
    assert not lacks_of(fetched(home))


def test_a_hub_with_too_many_requests_is_asked_again_and_then_given_up(hub: Hub, home: Path) -> None:
    hub.refuse = [429, 429]
    assert not lacks_of(fetched(home))
    shutil.rmtree(home)
    hub.refuse = [429] * 50
    assert "too many requests" in refused(home)
    hub.refuse = [500] * 50
    assert "the hub answers 500" in refused(home)


def test_other_revisions_and_files_that_are_not_there(hub: Hub, home: Path) -> None:
    assert "acme/larynx has no revision v9" in refused(home, ModelFiles("acme/larynx", revision="v9"))
    assert "has no file like *.onnx" in refused(home, ModelFiles("acme/larynx", ("*.onnx",)))
    commit = hub.repositories["acme/larynx"].commit
    assert not lacks_of(fetched(home, ModelFiles("acme/larynx", revision=commit)))


def test_a_hub_that_cannot_be_reached_or_must_not_be(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        assert "HF_HUB_OFFLINE" in refused(home)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "the hub cannot be reached for acme/larynx" in refused(home)


def test_a_file_that_leads_out_of_its_folder_is_refused(hub: Hub, home: Path) -> None:
    hub.repositories["acme/larynx"].files["../../evil.json"] = b"{}"
    assert "leads out of its folder" in refused(home)


def test_a_full_disk_is_seen_before_anything_is_fetched(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_pull(FILES, home)
    check_room([plan], home)
    usage = shutil._ntuple_diskusage(10**12, 10**12 - 1000, 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(EngineError, match=r"0\.0 GB free, 0\.3 GB are needed"):
        check_room([plan], home)
    assert not hub.asked


def test_pickles_are_left_where_safetensors_hold_the_same() -> None:
    names = [
        *("pytorch_model.bin", "model.safetensors", "t3.pt", "t3.safetensors", "voices.pt", "vocab.json"),
        *("pytorch_model-00001-of-00002.bin", "unet/model.bin", "model.bin"),  # the last is CTranslate2's
    ]
    chosen, left = chosen_files(names, ("*",))
    assert left == ["pytorch_model-00001-of-00002.bin", "pytorch_model.bin", "t3.pt"]
    rest = {"model.bin", "model.safetensors", "t3.safetensors", "unet/model.bin", "vocab.json", "voices.pt"}
    assert set(chosen) == rest
    assert chosen_files(names, ("t3.*", "t3.pt"))[0] == ["t3.pt", "t3.safetensors"]


def test_the_only_file_of_its_kind_is_fetched_where_the_usual_one_is_not_there() -> None:
    usual = ("*Q4_K_M*.gguf",)
    assert chosen_files(["a.Q8_0.gguf", "README.md"], usual, "*.gguf")[0] == ["a.Q8_0.gguf"]
    assert chosen_files(["a.Q8_0.gguf", "a.Q4_K_M.gguf"], usual, "*.gguf")[0] == ["a.Q4_K_M.gguf"]
    assert chosen_files(["a.Q8_0.gguf", "a.Q5_0.gguf"], usual, "*.gguf")[0] == []
    assert chosen_files(["a.Q8_0.gguf"], usual)[0] == []


def test_whoever_names_a_repository_of_several_models_is_told_which(hub: Hub, home: Path) -> None:
    hub.repositories["acme/several"] = Repository({"a.Q8_0.gguf": b"a", "a.Q5_0.gguf": b"b"})
    told = refused(home, ModelFiles("acme/several", ("*Q4_K_M*.gguf",), or_only="*.gguf"))
    assert told == (
        "acme/several has no file like *Q4_K_M*.gguf: "
        "name one of a.Q5_0.gguf, a.Q8_0.gguf by the engine's setting `file`"
    )


def test_weights_in_their_makers_own_format_are_left_where_the_usual_ones_lie_beside_them() -> None:
    """Mistral's repositories have both: twice the download."""
    usual = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    own = ["consolidated-00001-of-00002.safetensors", "consolidated.safetensors"]
    rest = ["config.json", "params.json", "old/consolidated.safetensors"]
    chosen, left = chosen_files([*usual, *own, *rest], FILES_OF_VLLM)
    assert (set(chosen), left) == ({*usual, *rest}, own)
    assert chosen_files([*own, *rest], FILES_OF_VLLM)[1] == []
    assert "consolidated.safetensors" in chosen_files([*usual, *own], ("*", "consolidated.safetensors"))[0]


def test_weights_come_from_a_folder_where_there_is_no_network(
    hub: Hub, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "stick"
    shutil.copytree(fetched(home), elsewhere / "acme--larynx")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    other = tmp_path / "other"
    folder = find_folder(elsewhere, "acme/larynx", only=True)
    pulled = take(FILES, folder, other, link=False)
    assert pulled.commit == hub.repositories["acme/larynx"].commit
    assert not lacks_of(weights(other, "acme/larynx"))
    (folder / "model.safetensors").write_bytes(bytes(len(MODEL)))
    with pytest.raises(EngineError, match="has another checksum: copy it again"):
        take(FILES, folder, tmp_path / "third", link=False)
    assert not (weights(other, "acme/larynx") / "model.safetensors").is_symlink()


def test_a_repositorys_files_do_not_take_the_place_of_ours(hub: Hub, home: Path) -> None:
    """A list from a repository made half of its files the whole, and named files of ours as its own."""
    names = {"voiceforge.json": b'{"files": {}}', ".parts/x.json": b"{}", ".voiceforge.json": b"{}"}
    hub.repositories["acme/larynx"].files.update(names)
    folder = fetched(home)
    pulled = read_pulled(folder)
    assert pulled is not None and sorted(pulled.files) == ["config.json", "model.safetensors"]
    assert not lacks_of(folder)


def test_a_hubs_checksum_is_no_path(hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the file that is half fetched."""
    monkeypatch.setattr("tests.standins.hub._sha", lambda data: "a/../../../../evil")
    assert "a checksum of model.safetensors in acme/larynx that is none" in refused(home)


def test_two_pulls_at_once_fetch_each_file_once(hub: Hub, home: Path) -> None:
    said: list[str] = []
    waits = threading.Event()

    def tell(step: PullStep) -> None:
        said.append(step.file)
        waits.set()

    other = threading.Thread(target=lambda: pull(plan_pull(FILES, home), tell))

    def first(step: PullStep) -> None:
        if other.ident is None:
            other.start()
            assert waits.wait(20)

    pull(plan_pull(FILES, home), first)
    other.join(20)
    assert said[0] == "waiting for another that works on acme--larynx"
    assert hub.asked == {"config.json": 1, "model.safetensors": 1} and not lacks_of(weights(home, FILES.repo))


def test_a_home_on_another_disk_is_as_good(hub: Hub, home: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == home.parent.stat().st_dev:
        pytest.skip("there is no other file system here")
    with tempfile.TemporaryDirectory(dir=other) as folder:
        home.symlink_to(folder)
        assert not lacks_of(fetched(home))
        copied = home.with_name("copy")
        take(FILES, weights(home, FILES.repo), copied, link=False)
        assert not lacks_of(weights(copied, FILES.repo))
