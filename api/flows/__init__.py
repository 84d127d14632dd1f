"""`/api/flows`: dialogues drawn as graphs, their versions, and what new calls run of them."""
