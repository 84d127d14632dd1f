"""What the doctor finds of engines' environments and weights that lie on the disk: those that are spoilt.

What was never fetched is no finding here: nobody may want it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from mediaserver.diagnosis.finding import Finding


def spoilt_engines(settings: Settings) -> list[Finding]:
    """Each environment of which a file is gone, that is out of date or not for this machine's GPU, and each
    model of which a file is gone or cut. Looks at sizes, of thousands of files."""
    from cli.engines.naming import all_engines
    from cli.engines.needing import environment_need, needs_of
    from mediaserver.diagnosis.finding import Finding
    from pipelines.engines.builtin import registry
    from pipelines.environments.readiness import environment_mend
    from pipelines.environments.stamp import look

    home, findings = settings.engines_home, dict[str, Finding]()
    if not home.is_dir():
        return []
    for engine in all_engines(settings, registry()):
        lock, name = engine.recipe.lock, f"engine {engine.name}"
        environment = environment_need(engine.name, lock, home) if lock and lock not in findings else None
        if environment is not None and environment["there"] and environment["fault"]:
            mend = environment_mend(engine.name, look(home, lock))
            findings[lock] = Finding(
                name, False, f"its environment: {environment['fault']}", mend, required=False
            )
        for model in needs_of(engine, environment, home)["weights"]:
            if model["fault"] not in ("", "not fetched") and model["from"] not in findings:
                why = f"its weights {model['from']}, {model['fault']}"
                mend = f"run `voiceforge engines pull {engine.name}`"
                findings[model["from"]] = Finding(name, False, why, mend, required=False)
    return list(findings.values())
