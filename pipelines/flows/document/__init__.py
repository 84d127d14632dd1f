"""What a flow is made of, as JSON. See docs/flows.md."""
