"""Packages that offer something, and packages that are broken in all the ways that a file can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.engines.packages import offered

GROUP = "voiceforge.of_a_test"


def package(folder: Path, name: str, metadata: str | None, points: str) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    if metadata is not None:
        (info / "METADATA").write_text(metadata)
    (info / "entry_points.txt").write_text(points)


def named(name: str) -> str:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"


def test_a_package_that_cannot_be_read_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, "bad", named("bad"), f"[{GROUP}]\nno equals sign\n")
    package(tmp_path, "bare", None, f"[{GROUP}]\nbare = bare:x\n")
    package(tmp_path, "good", named("good"), f"[{GROUP}]\ngood = good:x\n")
    monkeypatch.syspath_prepend(tmp_path)
    found, broken = offered(GROUP)
    assert {(each.package, each.point.name) for each in found} == {
        ("good", "good"), ("a package without a name", "bare"),
    }  # fmt: skip
    assert [each.package for each in broken] == ["bad"]


def test_of_packages_of_one_name_the_first_on_the_path_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        package(tmp_path / folder, "bird", named("bird"), f"[{GROUP}]\n{folder} = bird:x\n")
        monkeypatch.syspath_prepend(tmp_path / folder)
    assert [each.point.name for each in offered(GROUP)[0]] == ["second"]
