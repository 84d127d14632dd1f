"""llama.cpp's own HTTP server, in the environment of the engine: `PYTHON -I worker.py OPTIONS`, JSON.

Runs by its path and imports nothing of ours. The key stands in LLAMA_API_KEY. It ends with SIGTERM.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

SAID = 3
"""How much its log says: steps and faults."""


def parameters(told: dict[str, Any]) -> Any:
    """llama.cpp's parameters; `told` as `engine.py` makes it."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = told["model"]
    params.model_alias = {told["name"]}
    params.hostnames = [told["socket"]]
    params.api_keys = [os.environ["LLAMA_API_KEY"]]
    params.n_parallel = told["slots"]
    params.n_ctx = told["slots"] * told["context"]
    params.kv_unified = False
    params.ctx_shift = False
    params.cache_ram_mib = told["cache_mb"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = told["threads"]
    params.n_threads_http = 2 * told["slots"] + 2
    params.n_gpu_layers = 0
    params.use_jinja = True
    params.enable_reasoning = int(told["thinking"])
    params.default_template_kwargs = {"enable_thinking": json.dumps(told["thinking"])}
    if told["template"]:
        params.chat_template = told["template"]
    params.verbosity = SAID
    params.ui = params.endpoint_slots = params.endpoint_props = False
    params.offline = True
    params.fit_params = False  # the context is what was asked for, or a fault
    return params


def main() -> None:
    import xllamacpp

    told = json.loads(sys.argv[1])
    try:
        server = xllamacpp.Server(parameters(told))
    except Exception as error:  # whatever its C++ throws
        sys.exit(f"error: {' '.join(str(error).split()) or type(error).__name__}")
    sys.stderr.write(f"listening at {server.listening_address}\n")
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
