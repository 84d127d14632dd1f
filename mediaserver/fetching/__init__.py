"""The one HTTP client for what users name: tools of flows, and where alerts go.

Whoever writes a flow names addresses, and whoever answers there sends what it likes. So nothing here reaches
a machine of the house unless the operator listed it, and nothing that is answered can be large, slow or deep.
Clients of engines (`pipelines/engines`) talk to servers that the operator named, and do without.
"""
