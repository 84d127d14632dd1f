"""An example of a package that adds engines and an agent to VoiceForge, which knows nothing of it."""
