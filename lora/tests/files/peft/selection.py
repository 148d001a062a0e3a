"""What PEFT selects: writes selection.json beside this file.

pip install torch==2.15.0 transformers==5.23.0 peft==0.21.2
"""

import json
import warnings
from pathlib import Path

from peft import LoraConfig, get_peft_model
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    RobertaConfig,
    RobertaForSequenceClassification,
    RobertaModel,
)

SIZES = dict(
    vocab_size=20,
    hidden_size=8,
    num_hidden_layers=3,
    num_attention_heads=2,
    intermediate_size=12,
    max_position_embeddings=12,
)
MODELS = {
    "bert": lambda: BertForSequenceClassification(BertConfig(**SIZES)),
    "bert bare": lambda: BertModel(BertConfig(**SIZES)),
    "roberta": lambda: RobertaForSequenceClassification(RobertaConfig(**SIZES)),
    "roberta bare": lambda: RobertaModel(RobertaConfig(**SIZES), add_pooling_layer=False),
}
SIX = ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"]
CASES = [
    ("bert", dict(target_modules=["query", "value"])),
    ("bert bare", dict(target_modules=["query", "value"], task_type="FEATURE_EXTRACTION")),
    ("roberta bare", dict(target_modules=["query", "key"], task_type="FEATURE_EXTRACTION")),
    ("roberta", dict(target_modules=SIX, task_type="SEQ_CLS")),
    ("bert", dict(target_modules=["output.dense"])),
    ("bert", dict(target_modules=["intermediate.dense"], layers_to_transform=[0, 2])),
    ("bert", dict(target_modules=["self.query", "bert.encoder.layer.1.output.dense"])),
    ("bert", dict(target_modules=["query", "bert.encoder.layer.1.attention.self.key"], layers_to_transform=2)),
    ("bert bare", dict(target_modules=["encoder.layer.1.attention.self.query"], task_type="FEATURE_EXTRACTION")),
    ("roberta", dict(target_modules=["value"], layers_to_transform=[1], layers_pattern="layer")),
    ("roberta", dict(target_modules=["value"], layers_to_transform=[1], layers_pattern=["blocks", "lay.r"])),
    ("roberta", dict(target_modules=["value"], layers_to_transform=[1], layers_pattern=["blocks"])),
    ("roberta", dict(target_modules=["value"], layers_to_transform=[])),
    ("bert", dict(target_modules=r".*\.layer\.[02]\.attention\.self\.(query|value)")),
    ("bert", dict(target_modules=r"bert\.encoder\.layer\.\d+\.attention\.self\.query")),
    ("bert", dict(target_modules=r"layer\.\d+\.attention\.self\.query")),
    ("bert", dict(target_modules=r"(?!.*layer\.1).*\.(key|intermediate\.dense)")),
    ("bert bare", dict(target_modules=r"encoder\.layer\.\d+\.attention\.self\.query")),
    ("bert", dict(target_modules=SIX, exclude_modules=["key", "attention.output.dense"])),
    ("bert", dict(target_modules=SIX, exclude_modules=r".*\.layer\.(0|1)\..*")),
    ("bert", dict(target_modules=["query"], exclude_modules=["query"])),
    ("roberta", dict(target_modules=["dense", "query"], task_type="SEQ_CLS")),
    ("roberta", dict(target_modules=["dense"], modules_to_save=["classifier"])),
    ("roberta", dict(target_modules=["uery"])),
    ("roberta", dict(target_modules=["attention"])),
    ("roberta", dict(target_modules=r".*attention.*")),
    ("roberta", dict(target_modules=["q_proj"])),
    ("roberta", dict(target_modules=["query"], layers_to_transform=[7])),
    ("bert", dict(target_modules=["query", "value"], rank_pattern={"query": 2, "layer.1.attention.self.value": 5})),
    (
        "bert",
        dict(
            target_modules=["query", "value"],
            r=3,
            lora_alpha=7,
            use_rslora=True,
            rank_pattern={r"layer\.[01]\.attention\.self\.query": 2, "query": 6},
            alpha_pattern={"value": 5, r"bert\.encoder\.layer\.2\..*": 11},
        ),
    ),
    ("bert", dict(target_modules=["query", "value"], alpha_pattern={"self.query": 1.5, "query": 4})),
]


def selected(model, keys):
    config = LoraConfig(**{"r": 4, "lora_alpha": 6, **keys})
    # A file has its keys sorted, and the first match decides.
    config.rank_pattern = dict(sorted(config.rank_pattern.items()))
    config.alpha_pattern = dict(sorted(config.alpha_pattern.items()))
    wrapped = get_peft_model(MODELS[model](), config)
    modules = {}
    for path, module in wrapped.base_model.model.named_modules():
        if getattr(module, "r", None):
            modules[path] = {"rank": module.r["default"], "scaling": module.scaling["default"]}
    return modules


def main():
    warnings.simplefilter("ignore")
    cases = []
    for model, keys in CASES:
        try:
            result = {"modules": selected(model, keys)}
        except ValueError:
            result = {"modules": None}
        cases.append({"model": model, "keys": keys, **result})
    text = json.dumps({"sizes": SIZES, "cases": cases}, indent=1, sort_keys=True)
    Path(__file__).with_name("selection.json").write_text(text + "\n")


main()
