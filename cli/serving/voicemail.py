"""What an agent of the server's leaves where a machine has picked up."""

from __future__ import annotations

from mediaserver.calls.prompts import PromptShelf
from mediaserver.calls.routes import AgentSpec
from pipelines.assistant.settings import AssistantSettings
from pipelines.conversation.agent import Play
from pipelines.conversation.machine_care import Voicemail
from pipelines.flows.work.play import played


def voicemail_of(agent: AgentSpec, prompts: PromptShelf | None) -> Voicemail:
    """What it leaves where a machine has picked up. A flow says it itself."""
    name = agent.flow or agent.name
    if agent.kind not in ("llm", "realtime"):
        return Voicemail("", name)
    settings = AssistantSettings.of(agent.assistant)

    async def recording(words: str) -> Play:
        assert prompts is not None
        return played(await prompts.get(settings.voicemail_prompt, agent.owner), words)

    return Voicemail(
        settings.voicemail, name, recording if prompts is not None and settings.voicemail_prompt else None
    )
