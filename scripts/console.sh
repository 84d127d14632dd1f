#!/usr/bin/env bash
# Checks the browser console with the Node that scripts/setup.sh found; where there is none, says so and is content.
#
#   scripts/console.sh lint|types|test|format
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
[[ -d console ]] || exit 0
if ! [[ -d console/node_modules ]] || ! find_node 2>/dev/null; then
    say "no Node, or no packages of the console: it is not checked (make console)"
    exit 0
fi
cd console
case ${1:-} in
    lint) exec node_modules/.bin/biome check --error-on-warnings . ;;
    types) exec node_modules/.bin/tsc --noEmit ;;
    test) exec node_modules/.bin/vitest run ;;
    format) exec node_modules/.bin/biome check --write . ;;
    *) die "name what is to be done: lint, types, test or format" ;;
esac
