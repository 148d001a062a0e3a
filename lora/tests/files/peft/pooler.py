"""An adapter that saves BERT's pooler whole, for a checkpoint without one: writes the folder `pooler` beside this file.

pip install torch==2.15.0 transformers==5.23.0 peft==0.21.2

The adapter is read back by PEFT onto two checkpoints whose poolers are drawn differently, and has to give the same
logits, in f64: those of expected.json.
"""

import json
import shutil
import warnings
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForSequenceClassification, logging

OUT = Path(__file__).with_name("pooler")
SIZES = dict(
    vocab_size=17,
    hidden_size=8,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=12,
    max_position_embeddings=10,
    initializer_range=0.3,
    num_labels=3,
)
SENTENCES = [[2, 5, 9, 3], [2, 16, 3], [2, 4, 4, 11, 7, 3]]


def jitter(parameters, scale):
    with torch.no_grad():
        for p in parameters:
            p.add_(scale * torch.randn(p.shape))


def main():
    warnings.simplefilter("ignore")
    logging.set_verbosity_error()
    shutil.rmtree(OUT, ignore_errors=True)
    torch.manual_seed(7)
    model = BertForSequenceClassification(BertConfig(**SIZES))
    jitter(model.parameters(), 0.05)
    model.save_pretrained(OUT / "model")
    path = OUT / "model/model.safetensors"
    bare = {k: v for k, v in load_file(path).items() if not k.startswith(("bert.pooler", "classifier"))}
    save_file(bare, path, {"format": "pt"})

    config = LoraConfig(
        r=2, lora_alpha=6, target_modules=["query", "dense"], task_type="SEQ_CLS", modules_to_save=["pooler"]
    )
    tuned = get_peft_model(model, config)
    jitter([p for n, p in tuned.named_parameters() if "lora_B" in n or "modules_to_save" in n], 0.3)
    tuned.save_pretrained(OUT / "adapter", save_embedding_layers=False)
    (OUT / "adapter/README.md").unlink(missing_ok=True)
    path = OUT / "adapter/adapter_config.json"
    written = json.loads(path.read_text())
    written["base_model_name_or_path"] = "../model"
    written["target_modules"].sort()
    path.write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")

    def logits(seed):
        torch.manual_seed(seed)
        base = BertForSequenceClassification.from_pretrained(OUT / "model", dtype=torch.float64)
        read = PeftModel.from_pretrained(base, OUT / "adapter").double().eval()
        with torch.no_grad():
            return [read(input_ids=torch.tensor([ids])).logits[0].tolist() for ids in SENTENCES]

    expected = logits(1)
    assert expected == logits(2)
    text = json.dumps({"input_ids": SENTENCES, "logits": expected}, indent=1)
    (OUT / "expected.json").write_text(text + "\n")
    for file in OUT.rglob("*.safetensors"):
        file.chmod(0o644)


main()
