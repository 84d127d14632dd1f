#!/usr/bin/env bash
# Makes the typed clients in clients/ from the API's own document; run it after a change of the API and commit
# what it changed. A test compares clients/openapi.sha256 with the document of today.
#
#   scripts/clients.sh            both; TypeScript is left out, and said so, where there is no npm
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf 'clients: %s\n' "$*" >&2; }

mkdir -p build
document=build/openapi.json
.venv/bin/python -m mediaserver openapi --output "$document"

# The generator formats what it made with ruff, found on the path.
PATH="$PWD/.venv/bin:$PATH" openapi-python-client generate --path "$document" --meta none --overwrite \
    --custom-template-path clients/python/templates --config clients/python/generator.yaml --output-path clients/python/voiceforge_client \
    --fail-on-warning >build/clients.log 2>&1 || { cat build/clients.log >&2; exit 1; }
rm -rf clients/python/voiceforge_client/.ruff_cache
touch clients/python/voiceforge_client/py.typed
say "clients/python is made"

if command -v npm >/dev/null; then
    (
        cd clients/typescript
        npm ci --ignore-scripts --no-audit --no-fund --silent
        npx openapi-typescript "../../$document" --output src/schema.ts --alphabetize --default-non-nullable false >/dev/null
        npx tsc --noEmit
    )
    say "clients/typescript is made"
else
    say "no npm here: clients/typescript stays as it is"
fi
sha256sum <"$document" | cut -d' ' -f1 >clients/openapi.sha256
