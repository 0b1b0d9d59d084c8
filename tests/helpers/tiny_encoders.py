"""Real text encoders of a few words with random weights, saved as the official ones are."""

from __future__ import annotations

import torch


def word_tokenizer(folder, marks=("[CLS]", "[SEP]")):
    """A real tokenizer of a few words with start and end marks, saved as tokenizer.json."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = ["[PAD]", "[UNK]", "a", "person", "walks", "runs", *marks]
    table = {word: index for index, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(table, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{marks[0]} $A {marks[1]}", special_tokens=[(mark, table[mark]) for mark in marks]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return table


def tiny_clip(folder, width=16, projected=12):
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection

    table = word_tokenizer(folder, ("<start>", "<end>"))
    config = CLIPTextConfig(
        vocab_size=len(table), hidden_size=width, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        projection_dim=projected, max_position_embeddings=77, bos_token_id=table["<start>"],
        eos_token_id=table["<end>"], pad_token_id=0,
    )  # fmt: skip
    torch.manual_seed(1)
    network = CLIPTextModelWithProjection(config).eval()
    network.save_pretrained(folder)
    return network, table


def tiny_distilbert(folder, width=24):
    from transformers import DistilBertConfig, DistilBertModel

    table = word_tokenizer(folder)
    config = DistilBertConfig(
        vocab_size=len(table), dim=width, hidden_dim=32, n_layers=1, n_heads=2, max_position_embeddings=8
    )
    torch.manual_seed(2)
    network = DistilBertModel(config).eval()
    network.save_pretrained(folder)
    return network, table


def save_encoders(folder):
    """CLIP and DistilBERT as wide as the official ones, in a folder that LABAN_TEXT_ENCODER can name."""
    for name in ("clip-vit-b32", "distilbert"):
        (folder / name).mkdir(parents=True)
    tiny_clip(folder / "clip-vit-b32", 512, 512)
    tiny_distilbert(folder / "distilbert", 768)
    return folder
