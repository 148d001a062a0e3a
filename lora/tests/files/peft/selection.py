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
    "roberta bare": lambda: RobertaModel(RobertaConfig(**SIZES)),
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
    # The first key in the file's order, which is not that of their letters.
    ("bert", dict(target_modules=["query", "value"], alpha_pattern={"query": 5, "layer.0.attention.self.query": 50})),
    ("bert", dict(target_modules=["query", "value"], alpha_pattern={"self.query": 1.5, r"layer\.1.*": 4, "query": 7})),
    ("bert", dict(target_modules=["query"], rank_pattern={"query": 6, r"bert\.encoder\.layer\.0\..*": 2})),
    ("roberta", dict(target_modules=["query", "key"], rank_pattern={"z|query": 3, "a|query": 2}, alpha_pattern={"y": 1, "key": 9})),
    # Anchors and groups in keys.
    ("bert", dict(target_modules=["query", "value"], alpha_pattern={"^query": 40})),
    ("bert", dict(target_modules=["query"], alpha_pattern={r"^bert\.encoder\.layer\.1\..*": 40, "query$": 3})),
    ("bert", dict(target_modules=["query"], alpha_pattern={r"(layer)\.0\.(attention)\.self\.query": 40})),
    ("bert", dict(target_modules=["query"], rank_pattern={r".*\.(0|2)\..*": 1})),
    # What fits nothing beside what fits.
    ("bert", dict(target_modules=["query", "v_lin", "q_lin"])),
    ("bert", dict(target_modules=["query", "layers.0.query"], alpha_pattern={"q_lin": 40}, rank_pattern={"k_lin": 1})),
    ("bert", dict(target_modules=["query"], layers_to_transform=[1, 7])),
    ("bert", dict(target_modules=["query", "bert.encoder.layer.9.attention.self.key"])),
    ("bert", dict(target_modules=["query"], exclude_modules=["nothing"])),
    ("bert", dict(target_modules=["query"], exclude_modules=[])),
    ("bert", dict(target_modules=["query"], exclude_modules="")),
    ("bert", dict(target_modules=["query"], modules_to_save=["score", "lm_head"])),
    ("bert", dict(target_modules=["query"], modules_to_save=[])),
    # Keys that are left empty.
    ("bert", dict(target_modules=["query"], layers_pattern="")),
    ("bert", dict(target_modules=["query"], layers_pattern=[])),
    ("bert", dict(target_modules=["query"], layers_to_transform=[2], layers_pattern="")),
    ("bert", dict(target_modules=["query"], layers_to_transform=[2], layers_pattern=[])),
    ("bert", dict(target_modules=["query"], layers_to_transform=[], layers_pattern="layer")),
    ("bert bare", dict(target_modules=["query"], layers_to_transform=[2], layers_pattern="")),
    ("bert", dict(target_modules=["query"], layers_to_transform=[2], layers_pattern=[""])),
    ("bert", dict(target_modules=["query"], layers_pattern="layer")),
    ("bert", dict(target_modules=None)),
    ("roberta", dict(target_modules=None, layers_to_transform=1)),
    # Patterns with alternatives, groups and names of their own.
    ("bert", dict(target_modules=["query"], layers_to_transform=[0], layers_pattern="blocks|layer")),
    ("bert", dict(target_modules=["query"], layers_to_transform=[0], layers_pattern="(layer)")),
    ("bert", dict(target_modules=["query"], layers_to_transform=[0], layers_pattern="encoder.layer")),
    # Every linear map, and the pooler, which is one.
    ("bert", dict(target_modules="all-linear", task_type="SEQ_CLS")),
    ("bert", dict(target_modules="ALL-Linear", task_type="SEQ_CLS", exclude_modules=["value"])),
    ("bert", dict(target_modules="all-linear", task_type="SEQ_CLS", exclude_modules=r".*pooler.*")),
    ("roberta", dict(target_modules="all-linear", task_type="SEQ_CLS")),
    ("bert bare", dict(target_modules="all-linear", task_type="FEATURE_EXTRACTION")),
    ("bert", dict(target_modules="all-linear", layers_to_transform=[0])),
    ("bert", dict(target_modules=["dense", "query"])),
    ("bert", dict(target_modules=["pooler.dense"])),
    ("bert bare", dict(target_modules=["dense"], task_type="FEATURE_EXTRACTION")),
    ("bert", dict(target_modules=["dense"], layers_to_transform=[1])),
    ("bert", dict(target_modules=["bert.pooler.dense", "query"], layers_to_transform=[1])),
    ("bert", dict(target_modules=["dense"], modules_to_save=["pooler"])),
    ("bert", dict(target_modules=["dense"], modules_to_save=["pooler.dense"], task_type="SEQ_CLS")),
    ("bert", dict(target_modules=["dense"], rank_pattern={"pooler.dense": 1}, alpha_pattern={"dense": 2})),
    ("roberta bare", dict(target_modules=["query", "dense"], task_type="FEATURE_EXTRACTION")),
    # Modules that have no weights.
    ("bert", dict(target_modules=["dropout", "query"])),
    ("bert", dict(target_modules=["intermediate_act_fn"])),
    ("bert", dict(target_modules=["LayerNorm", "query"])),
]


def selected(model, keys):
    config = LoraConfig(**keys)
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
        keys = {"r": 4, "lora_alpha": 6, **keys}
        # A text, for the order of its keys has a meaning.
        text = json.dumps({"peft_type": "LORA", **keys})
        try:
            result = {"modules": selected(model, keys)}
        except (ValueError, TypeError):
            result = {"modules": None}
        cases.append({"model": model, "adapter_config": text, **result})
    text = json.dumps({"sizes": SIZES, "cases": cases}, indent=1, sort_keys=True)
    Path(__file__).with_name("selection.json").write_text(text + "\n")


main()
