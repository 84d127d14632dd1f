"""Flows: what is asked and said on a call, node after node, most of it without a language model.

- The dialogue around a question, for every flow: `executor` takes what the caller does, `answers` says what
  becomes of an answer, `steps` where the caller stands; beside them `progress`, `checking`, `wording`, and a
  flow's own words in `phrases` and `phrases_by_language`.
- Flows in Python: `model`, `validation`, `collectors`, `characters`, `numbers`, and their `agent`.
- Flows as documents (docs/flows.md): `document`, with `expressions` and `slots` in it; `checks` say what is
  wrong with one, `compiling` makes it ready once a version, `running` has one call go through it on that
  dialogue, and `work` does what is more than talking (`working` is between the two). `templates` come with us
  (`shipped`; `booking` is the demo), `differing` compares, `generating` has a model draw one.
"""
