#!/usr/bin/env bash
# Makes the lock files of the engines' environments, with hashes and for every platform and Python that we support:
# pipelines/engines/locks/NAME.lock from NAME.in. What may stand in the head of a NAME.in is told in
# pipelines/environments/locks.py; two more words are for this script alone:
#
#   # override: PACKAGE==VERSION   against the pins of packages that work with another version all the same
#   # exclude: PACKAGE             what nobody imports; also what a package wants and works without
#
#   scripts/lock_engines.sh [--upgrade] [NAME|FILE.in...]
#     without a name: all of ours; FILE.in: of another package; --upgrade: the newest that NAME.in allows
set -euo pipefail
cd "$(dirname "$0")/.."
readonly LOCKS=pipelines/engines/locks TORCH=torch-cuda

[[ -x .venv/bin/uv ]] || { echo "lock_engines: uv is missing: run scripts/lock.sh once, which installs it" >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
upgrade=()
[[ ${1:-} == --upgrade ]] && { upgrade=(--upgrade); shift; }

words() { sed -nE "s/^# $1: (.+)$/\1/p" "$2"; }
names() { sed -nE 's/^([A-Za-z0-9._-]+)==.*/\1/p' "$1"; }
# compile NAME.in NAME.lock OPTION...: the head's words for the installer stay in it.
compile() {
    local from=$1 to=$2 head
    shift 2
    words override "$from" >"$scratch/overrides"
    words exclude "$from" >"$scratch/excludes"
    [[ -e $to ]] && cp "$to" "$scratch/lock" || rm -f "$scratch/lock"
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-header --no-annotate --overrides "$scratch/overrides" --excludes "$scratch/excludes" "${upgrade[@]}" \
        "$@" "$from" -o "$scratch/lock"
    head=$(grep -E '^# (layer|python|driver|source|local-build): ' "$from" || true)
    {
        echo "# Made by scripts/lock_engines.sh from $(basename "$from")."
        [[ -z $head ]] || echo "$head"
        cat "$scratch/lock"
    } >"$to"
    echo "lock_engines: $to: $(names "$to" | sort -u | wc -l) packages" >&2
}
# What only torch's build for GPUs wants; it stands in no lock but that one's.
for_gpus() { names "$LOCKS/$TORCH.lock" | grep -E '^(nvidia-|cuda-|triton$)'; }

make_lock() {
    local name=$1 each from=$LOCKS/$1.in
    [[ $name != */* ]] || from=$name
    local -a without=()
    [[ -e $from ]] || { echo "lock_engines: there is no $from" >&2; exit 1; }
    case $name in
        torch-cpu)
            for each in $(for_gpus); do without+=(--no-emit-package "$each"); done ;;
        *)
            if [[ $(words layer "$from") == torch ]]; then
                without=(--constraints "$LOCKS/$TORCH.in" --no-emit-package torch)
                for each in $(for_gpus); do without+=(--no-emit-package "$each"); done
            fi ;;
    esac
    compile "$from" "${from%.in}.lock" "${without[@]}"
}

(($# > 0)) || set -- "$TORCH" torch-cpu $(cd "$LOCKS" && ls ./*.in | sed -E 's|^\./||; s|\.in$||' | grep -vxE "$TORCH|torch-cpu")
for name in "$@"; do make_lock "$name"; done
