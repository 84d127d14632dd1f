"""The engine for embeddings with OpenAI's own client, against a strict server: what is asked, what is taken,
and what is refused how.
"""

from __future__ import annotations

import asyncio
import base64
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.errors import EngineMissingError, ModelError, PeerError
from pipelines.engines.builtin import registry
from pipelines.engines.embedding.openai_embeddings import embedder as limits
from pipelines.engines.embedding.openai_embeddings.answer import MOST_DIMENSIONS, most_bytes, read_answer
from pipelines.engines.embedding.openai_embeddings.embedder import RemoteEmbedder
from pipelines.engines.embedding.openai_embeddings.engine import make
from pipelines.engines.protocols import Kind
from pipelines.engines.registry import EngineOptions
from tests.embedding_server import DIMENSIONS, KEY, MODEL, EmbeddingServer, Odd, embedding_server
from tests.meaning import vector

NAME = "openai-embeddings"


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EmbeddingServer]:
    monkeypatch.setattr(limits, "PAUSES_S", (0.0, 0.0, 0.0))
    async with embedding_server() as running:
        yield running
    assert running.faults == []


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    return path


@asynccontextmanager
async def engine(server: EmbeddingServer, key: Path, **options: Any) -> AsyncIterator[RemoteEmbedder]:
    """Made and started as the server does it."""
    given = {"base_url": server.url, "api_key_file": str(key), **options}
    made = await asyncio.to_thread(make, EngineOptions(settings=given))
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest.mark.parametrize("packed", [True, False])
async def test_texts_become_vectors_in_their_order_whether_the_server_knows_base64_or_not(
    server: EmbeddingServer, key_file: Path, packed: bool
) -> None:
    server.knows_base64 = packed
    async with engine(server, key_file, price=0.02) as model:
        assert model.model == MODEL  # the only one that it has
        made = await model.embed(["parking", "a lost card", "\ud800 \0"])
    assert made.vectors.dtype == np.float32 and made.vectors.shape == (3, DIMENSIONS)
    assert np.allclose(made.vectors[:2], [vector("parking"), vector("a lost card")], atol=1e-6)
    assert np.allclose(np.linalg.norm(made.vectors, axis=1), 1, atol=1e-6)
    assert made.tokens == 9 and made.cost == pytest.approx(9 * 0.02 / 1e6)
    (asked,) = server.asked
    assert asked["encoding_format"] == "base64" and "dimensions" not in asked


async def test_many_texts_go_in_requests_of_bounded_size(server: EmbeddingServer, key_file: Path) -> None:
    async with engine(server, key_file, batch=4) as model:
        made = await model.embed([f"text {n}" for n in range(9)])
        assert [len(each["input"]) for each in server.asked] == [4, 4, 1]
        assert np.allclose(made.vectors[8], vector("text 8"), atol=1e-6)
        server.asked.clear()
        assert (await model.embed(["x" * 60_000] * 3)).vectors.shape == (3, DIMENSIONS)
        assert [[len(text) for text in each["input"]] for each in server.asked] == [[8_000] * 3]
        assert (await model.embed([])).vectors.shape == (0, DIMENSIONS)
    assert server.connections == 1
    async with engine(server, key_file, batch=64) as model:
        server.asked.clear()
        await model.embed(["x" * 8_000] * 13)
        assert [len(each["input"]) for each in server.asked] == [12, 1]


async def test_questions_and_passages_have_the_words_before_them_that_the_model_was_trained_with(
    server: EmbeddingServer, key_file: Path
) -> None:
    async with engine(server, key_file, query_prefix="query: ", passage_prefix="passage: ") as model:
        assert model.model == "ngrams behind 'passage: '"
        await model.embed(["parking"])
        await model.embed(["where"], query=True)
    assert [each["input"] for each in server.asked] == [["passage: parking"], ["query: where"]]


async def test_fewer_dimensions_are_asked_for_and_checked(server: EmbeddingServer, key_file: Path) -> None:
    async with engine(server, key_file, dimensions=32) as model:
        assert (await model.embed(["x"])).vectors.shape == (1, 32)
        assert server.asked[0]["dimensions"] == 32
        server.odd.append(Odd(change=lambda whole: whole | {"data": [{"index": 0, "embedding": [1.0] * 64}]}))
        with pytest.raises(ModelError, match="gave vectors of 64 dimensions where 32 were expected"):
            await model.embed(["x"])


async def test_a_model_that_changes_its_dimensions_is_refused(
    server: EmbeddingServer, key_file: Path
) -> None:
    async with engine(server, key_file) as model:
        await model.embed(["x"])
        server.dimensions = 48
        with pytest.raises(ModelError, match="gave vectors of 48 dimensions where 64 were expected"):
            await model.embed(["x"])


def embedding(value: Any) -> Odd:
    return Odd(change=lambda whole: whole | {"data": [{**whole["data"][0], "embedding": value}]})


def data(*entries: Any) -> Odd:
    return Odd(change=lambda whole: whole | {"data": list(entries)})


def floats(*values: float) -> str:
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (Odd(b"<html>Welcome</html>"), "what is no JSON: '<html>Welcome</html>'"),
        (Odd(b""), "what is no JSON"),
        (Odd(b"\xff\xfe\x00"), "what is no JSON"),
        (Odd(b"[" * 100_000), "what is no JSON"),
        (Odd(b"[]"), "no list of embeddings"),
        (Odd(b'{"data": {"embedding": [1]}}'), "no list of embeddings"),
        (data(), "0 embeddings for 1 texts"),
        (data({}, {}), "2 embeddings for 1 texts"),
        (data(7), "an embedding without a vector"),
        (data({"index": 3, "embedding": [1.0]}), "with the index 3"),
        (data({"index": "0", "embedding": [1.0]}), "with the index 0"),
        (embedding(None), "without a vector"),
        (embedding([]), "a vector of 0 dimensions"),
        (embedding([1.0] * (MOST_DIMENSIONS + 1)), f"a vector of {MOST_DIMENSIONS + 1} dimensions"),
        (embedding(["1.0", 2.0]), "what are no numbers"),
        (embedding([True, 2.0]), "what are no numbers"),
        (embedding([[1.0]]), "what are no numbers"),
        (embedding([1e300, 1.0]), "too large"),
        (embedding([10**400, 1]), "too large|no JSON"),
        (embedding([0.0, 0.0]), "a vector of zeros"),
        (embedding([1e-30, 0.0]), "a vector of zeros"),
        (Odd(b'{"data": [{"index": 0, "embedding": [NaN, 1.0]}]}'), "no JSON"),
        (Odd(b'{"data": [{"index": 0, "embedding": [1e999, 1.0]}]}'), "no JSON|NaN or infinity"),
        (embedding(floats(float("nan"), 1.0)), "NaN or infinity"),
        (embedding(floats(1.0, float("-inf"))), "NaN or infinity"),
        (embedding(floats(3e38, 1.0)), "too large"),
        (embedding("!!!"), "no base64"),
        (embedding(""), "a vector of 0 bytes"),
        (embedding("AAAA"), "a vector of 3 bytes"),
        (embedding("ä" * 40), "no base64"),
    ],
)
async def test_what_no_search_could_use_is_refused(
    server: EmbeddingServer, key_file: Path, odd: Odd, why: str
) -> None:
    async with engine(server, key_file) as model:
        server.odd.append(odd)
        with pytest.raises(ModelError, match=f"does not answer as it should: it sent .*(?:{why})"):
            await model.embed(["parking"])
        assert (await model.embed(["parking"])).vectors.shape == (1, DIMENSIONS)  # and nothing is spoilt


async def test_vectors_of_one_answer_must_be_alike(server: EmbeddingServer, key_file: Path) -> None:
    async with engine(server, key_file) as model:
        server.odd.append(data({"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}))
        with pytest.raises(ModelError, match="vectors of 1 and 2 dimensions"):
            await model.embed(["a", "b"])
        server.odd.append(data({"index": 1, "embedding": [1.0]}, {"index": 1, "embedding": [1.0]}))
        with pytest.raises(ModelError, match="with the index 1"):
            await model.embed(["a", "b"])


async def test_vectors_in_another_order_are_put_into_that_of_the_texts(
    server: EmbeddingServer, key_file: Path
) -> None:
    async with engine(server, key_file) as model:
        server.odd.append(Odd(change=lambda whole: whole | {"data": whole["data"][::-1]}))
        made = await model.embed(["parking", "fees"])
    assert np.allclose(made.vectors, [vector("parking"), vector("fees")], atol=1e-6)


async def test_an_answer_without_an_end_is_hung_up_on(server: EmbeddingServer, key_file: Path) -> None:
    async with engine(server, key_file) as model:
        server.odd.append(Odd(body=b" " * 65_536, forever=True))
        with pytest.raises(ModelError, match="sent more than 1 embeddings can have"):
            await model.embed(["x"])
        await server.hung_up.wait()


async def test_a_server_that_is_overloaded_is_asked_again_for_passages_and_not_for_a_question(
    server: EmbeddingServer, key_file: Path
) -> None:
    async with engine(server, key_file) as model:
        server.odd += [Odd(status=503), Odd(status=429, headers={"retry-after": "0"})]
        assert (await model.embed(["x"])).vectors.shape == (1, DIMENSIONS)
        server.odd += [Odd(status=503)]
        with pytest.raises(ModelError, match=r"failed \(503\): not now"):
            await model.embed(["x"], query=True)
        server.odd += [Odd(status=429, headers={"retry-after": "3600"})]
        with pytest.raises(ModelError, match="too many requests"):
            await model.embed(["x"])
        server.odd += [Odd(status=500)] * 4
        with pytest.raises(ModelError, match="500"):
            await model.embed(["x"])
    assert not server.odd


async def test_a_server_that_is_silent_is_given_up(server: EmbeddingServer, key_file: Path) -> None:
    async with engine(server, key_file, answer_s=0.05) as model:
        server.odd.append(Odd(silent=True))
        with pytest.raises(ModelError, match="gave no embeddings within 0.05 s"):
            await model.embed(["x"], query=True)
        assert model.load == 0


async def test_a_question_that_nobody_waits_for_any_more_is_hung_up_on(
    server: EmbeddingServer, key_file: Path
) -> None:
    async with engine(server, key_file) as model:
        server.odd.append(Odd(silent=True))
        asking = asyncio.create_task(model.embed(["x"], query=True))
        await server.came.wait()
        asking.cancel()
        await server.hung_up.wait()


async def test_a_text_that_is_too_long_for_the_model_is_the_fault_of_the_request(
    server: EmbeddingServer, key_file: Path
) -> None:
    server.most_characters = 10
    async with engine(server, key_file) as model:
        with pytest.raises(ModelError, match="maximum context length") as failed:
            await model.embed(["a text of more than ten"])
    assert failed.value.about_request


async def test_what_is_wrong_is_told_at_the_start_without_a_token(
    server: EmbeddingServer, key_file: Path, tmp_path: Path
) -> None:
    async with engine(server, key_file, model="huge") as model:
        assert "knows no model 'huge' (it has ngrams)" in model.doubt
    wrong = tmp_path / "wrong"
    wrong.write_text("sk-secret-and-wrong")
    with pytest.raises(ModelError, match="refuses the key in") as refused:
        async with engine(server, wrong):
            pass
    assert "sk-secret" not in str(refused.value)
    server.models = ["a", "b"]
    with pytest.raises(ModelError, match=r"engines.options.openai-embeddings.model \(it has a, b\)"):
        async with engine(server, key_file):
            pass
    assert server.asked == []


async def test_nobody_there_is_said(key_file: Path) -> None:
    nobody = EmbeddingServer()
    nobody.url = "http://127.0.0.1:9/v1"
    with pytest.raises(ModelError, match="cannot be reached"):
        async with engine(nobody, key_file):
            pass


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "lacks a key; set OPENAI_API_KEY, or name .*openai-embeddings.base_url .docs/knowledge.md"),
        ({"base_url": "http://h/v1", "max_tokens": 3}, "max_tokens is no option of it: .*docs/knowledge.md"),
        ({"base_url": "http://h/v1", "api_key": "sk-1"}, "put the key into a file"),
        ({"base_url": "http://h/v1", "batch": 0}, "batch input should be greater"),
        ({"base_url": "http://h/v1", "dimensions": 99_999}, "dimensions input should be less"),
    ],
)
def test_options_that_cannot_be_are_named(options: dict[str, Any], why: str) -> None:
    with pytest.raises(EngineMissingError, match=why) as refused:
        registry().make(Kind.EMBEDDING, NAME, EngineOptions(settings=options))
    assert "sk-1" not in str(refused.value)


@settings(max_examples=100)
@given(st.binary(max_size=300) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["data", "embedding", "index", "usage", "prompt_tokens"]), inner, max_size=4),
    max_leaves=20,
).map(lambda value: str(value).replace("'", '"').replace("None", "null").encode()))  # fmt: skip
def test_whatever_comes_is_vectors_or_a_fault_of_the_peer(content: bytes) -> None:
    try:
        answer = read_answer(content, 1)
    except PeerError:
        return
    assert answer.vectors.shape[0] == 1 and np.isfinite(answer.vectors).all()


def test_the_largest_answer_fits() -> None:
    number = f"{-1.2345678901234567e-100!r}, "
    assert len(number) * MOST_DIMENSIONS < most_bytes(1)
