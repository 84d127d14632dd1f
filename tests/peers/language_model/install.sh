#!/usr/bin/env bash
# A real server of language models without weights from anywhere: transformers' own, in a virtual environment of its
# own, with a tiny Llama of random weights and a tokenizer trained here.
#
#   install.sh PYTHON FOLDER
set -euo pipefail
readonly python=$1 folder=$2

mkdir -p "$folder/hub"
"$python" -m venv --clear "$folder/venv"
# torch first: left to the others pip takes a build for graphics cards, of several GB.
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'transformers[serving]==5.23.0'
"$folder/venv/bin/python" - "$folder/tiny" <<'PYTHON'
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

END, TURN = "<|end|>", "<|turn|>"
text = Tokenizer(models.BPE())
text.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
text.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(
    vocab_size=600, special_tokens=[END, TURN], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
)
text.train_from_iterator(["The room is free on Tuesday at ten. How can I help you? " * 50], trainer)
tokenizer = PreTrainedTokenizerFast(tokenizer_object=text, eos_token=END, pad_token=END)
tokenizer.chat_template = (
    "{% for m in messages %}" + TURN + "{{ m.role }} {{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}" + TURN + "assistant {% endif %}"
)
tokenizer.save_pretrained(sys.argv[1])
torch.manual_seed(1)
config = LlamaConfig(
    vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
    num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=8192,
    bos_token_id=None, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
)
LlamaForCausalLM(config).save_pretrained(sys.argv[1])
PYTHON
touch "$folder/ready"
