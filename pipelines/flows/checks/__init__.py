"""Whether a flow's document makes sense, before a caller finds out. Pure; see `checking`."""
