#!/usr/bin/env python3
"""outputs.py MODEL FILE [TEXT …]: what transformers makes of a model's folder, for `tangent inspect MODEL --compare FILE`.

Writes token ids, the last hidden states and, where the checkpoint has a classification head, its outputs, in f64.
A text with a tab in it is a pair. Needs torch and transformers.
"""

import json
import sys

import torch
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification, AutoTokenizer

TEXTS = [
    "A short sentence.",
    " Spaces around,  and two inside. ",
    "UPPER CASE, accents (é, ß, Å) and 漢字.",
    "the first of a pair\tand the second, which is longer than the first",
]


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    model, file, *texts = sys.argv[1:]
    tokenizer = AutoTokenizer.from_pretrained(model)
    architectures = AutoConfig.from_pretrained(model).architectures or [""]
    with_head = architectures[0].endswith("ForSequenceClassification")
    kind = AutoModelForSequenceClassification if with_head else AutoModel
    network = kind.from_pretrained(model, dtype=torch.float64).eval()
    examples = []
    for text in texts or TEXTS:
        first, _, second = text.partition("\t")
        encoded = tokenizer(first, second or None, truncation=True, return_tensors="pt")
        with torch.no_grad():
            made = network(**encoded, output_hidden_states=True)
        ids = encoded["input_ids"][0].tolist()
        examples.append(
            {
                "text": first,
                "pair": second or None,
                "ids": ids,
                "types": encoded["token_type_ids"][0].tolist() if "token_type_ids" in encoded else [0] * len(ids),
                "hidden": made.hidden_states[-1][0].tolist(),
                "logits": made.logits[0].tolist() if with_head else None,
            }
        )
    with open(file, "w", encoding="utf-8") as out:
        json.dump({"format": "tangent outputs 1", "model": model, "examples": examples}, out)


if __name__ == "__main__":
    main()
