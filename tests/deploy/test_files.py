"""What is put into containers and onto clusters names what there is, and its own tools find nothing wrong.

Those have an environment of their own (deploy/linters.lock). No image is built here.
"""

from __future__ import annotations

import fnmatch
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from mediaserver.config import Settings
from mediaserver.settings.engines import EnginesSettings
from pipelines.engines.builtin import registry
from pipelines.engines.protocols import Kind
from pipelines.engines.remote import offer

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILES = {
    ROOT / "Dockerfile": ROOT / ".dockerignore",
    DEPLOY / "docker" / "engines.Dockerfile": DEPLOY / "docker" / "engines.Dockerfile.dockerignore",
}
COMPOSE = DEPLOY / "docker" / "compose.yaml"
MEDIA, ENGINES = DEPLOY / "kubernetes" / "media-server.yaml", DEPLOY / "kubernetes" / "engines.yaml"
slow = pytest.mark.slow


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text()))


def of_kind(path: Path, kind: str) -> dict[str, Any]:
    (found,) = [each for each in documents(path) if each["kind"] == kind]
    return found


def serve_configs() -> list[dict[str, Any]]:
    """All that are given to Ray Serve."""
    return [
        *documents(DEPLOY / "ray" / "serve.yaml"),
        yaml.safe_load(of_kind(ENGINES, "RayService")["spec"]["serveConfigV2"]),
    ]


def pod_templates() -> list[dict[str, Any]]:
    """Of the nodes of the Ray cluster."""
    cluster = of_kind(ENGINES, "RayService")["spec"]["rayClusterConfig"]
    return [cluster["headGroupSpec"]["template"], *(each["template"] for each in cluster["workerGroupSpecs"])]


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_what_an_image_is_made_of_is_there_and_sent(path: Path) -> None:
    sent = [line[1:] for line in DOCKERFILES[path].read_text().splitlines() if line.startswith("!")]
    copied = [line.split()[1:-1] for line in path.read_text().splitlines() if line.startswith("COPY ")]
    sources = [source for line in copied if not line[0].startswith("--") for source in line]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        parts = [source.rstrip("/"), *map(str, Path(source).parents)]
        below = [each for each in sent if fnmatch.fnmatch(each, f"{source.rstrip('/')}/*")]
        assert set(parts) & set(sent) or below, f"{source} is not sent to the build"


def test_settings_that_go_with_the_containers_are_settings() -> None:
    config = of_kind(MEDIA, "ConfigMap")["data"]["voiceforge.toml"]
    known = registry()
    for text in (config, (DEPLOY / "docker" / "media.toml").read_text()):
        given = tomllib.loads(text)
        engines = EnginesSettings.model_validate(given["engines"])
        assert set(given) <= set(Settings.model_fields)
        for kind, names in ((Kind.STT, engines.stt), (Kind.TTS, engines.tts)):
            for name in names:
                known.find(kind, name)
                if name.startswith("remote:"):
                    known.find(kind, name.removeprefix("remote:"))


def test_each_application_serves_an_engine_at_the_path_where_media_servers_look() -> None:
    known = registry()
    for config in serve_configs():
        for application in config["applications"]:
            kind, name = offer.kind_of(application["args"]["engine"], known)
            assert application["route_prefix"] == f"/{kind.value}/{name}"
            assert application["import_path"] == "deploy.ray_serve:engine"


def test_nobody_is_root_and_keys_come_from_secrets() -> None:
    pods = [of_kind(MEDIA, "Deployment")["spec"]["template"], *pod_templates()]
    for pod in pods:
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        for container in pod["spec"]["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            for variable in container["env"]:
                if variable["name"].endswith(("KEY", "TOKEN", "URL")):
                    assert "secretKeyRef" in variable["valueFrom"], variable["name"]
    for path in DOCKERFILES:
        users = [line for line in path.read_text().splitlines() if line.startswith("USER ")]
        assert users and set(users) == {"USER 10001"}


@slow
@pytest.mark.timeout(600)
def test_their_own_tools_find_nothing(installed_environment: Callable[[str], Path], tmp_path: Path) -> None:
    tools = installed_environment(str(DEPLOY / "linters.lock")).parent
    pods = []
    for number, template in enumerate(pod_templates()):
        # Nobody publishes the schema of RayService as a package; its pods are pods.
        named = {**template["metadata"], "name": f"pod-{number}"}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": named, "spec": template["spec"]}
        pods.append(tmp_path / f"pod-{number}.yaml")
        pods[-1].write_text(yaml.safe_dump(pod))
    commands: list[list[str | Path]] = [
        ["hadolint", *DOCKERFILES],
        ["yamllint", "--strict", "-c", DEPLOY / "yamllint.yaml", DEPLOY],
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE],
        ["kubernetes-validate", "--strict", "--quiet", MEDIA, *pods],
        ["kubernetes-validate", "--strict", "--quiet", "--no-warn", ENGINES],
    ]
    for tool, *arguments in commands:
        run = subprocess.run(
            [tools / str(tool), *arguments], capture_output=True, text=True, check=False, cwd=ROOT
        )
        assert run.returncode == 0, f"{tool}: {run.stdout}{run.stderr}"
