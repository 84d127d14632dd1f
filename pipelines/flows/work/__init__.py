"""The nodes that do something besides talking: who does it, and what came of it. See docs/flows.md."""
