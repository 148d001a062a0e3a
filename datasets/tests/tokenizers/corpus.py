"""Writes ../corpus/tokenizer: small folders as one file each, for tests that damage them.

Each file of a folder follows a line `=== NAME`; JSON is on one line.
"""
import copy
import json
from pathlib import Path

from folders import BASES

OUT = Path(__file__).parent.parent / "corpus" / "tokenizer"
FAST = {"tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 64, "truncation_side": "left"}}


def small(files, kept):
    """Returns the files with only the first tokens and merges."""
    files = copy.deepcopy(files)
    model = files["tokenizer.json"]["model"]
    if isinstance(model["vocab"], list):
        model["vocab"] = model["vocab"][:kept]
        return files
    merged = {t for m in model.get("merges", [])[:4] for t in (m[0], m[1], m[0] + m[1])}
    names = {t["content"] for t in files["tokenizer.json"]["added_tokens"]}
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    tokens = [t for i, t in enumerate(tokens) if i < kept or t in merged or t in names]
    model["vocab"] = {t: i for i, t in enumerate(tokens)}
    if "merges" in model:
        model["merges"] = model["merges"][:4]
    for token in files["tokenizer.json"]["added_tokens"]:
        token["id"] = model["vocab"].get(token["content"], token["id"])
    return files


def write(name, files):
    text = "".join(
        f"=== {file}\n" + (content if isinstance(content, str) else json.dumps(content, ensure_ascii=False) + "\n")
        for file, content in files.items()
    )
    (OUT / name).write_text(text)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for name, base in BASES.items():
        files = small(base(), 40)
        write(name, files)
        write(f"{name}_as_it_is", {**files, **FAST})
    words = small(BASES["wordpiece"](), 40)
    vocab = words["tokenizer.json"]["model"]["vocab"]
    settings = {"do_lower_case": False, "cls_token": {"__type": "AddedToken", "content": "[CLS]"}, "extra_special_tokens": {"x": "<x>"},
                "added_tokens_decoder": {"4": {"content": "[MASK]", "lstrip": True, "special": True}}}
    write("vocabulary", {
        "config.json": words["config.json"], "vocab.txt": "".join(f"{t}\n" for t in vocab), "tokenizer_config.json": settings,
        "special_tokens_map.json": {"sep_token": {"content": "[SEP]"}}, "added_tokens.json": {"<new>": 60},
    })
    pairs = small(BASES["byte_level"](), 270)
    model = pairs["tokenizer.json"]["model"]
    write("pairs", {
        "config.json": pairs["config.json"], "vocab.json": model["vocab"],
        "merges.txt": "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in model["merges"]),
        "special_tokens_map.json": {"mask_token": {"content": "<mask>", "lstrip": True}, "additional_special_tokens": ["<a>"]},
        "added_tokens.json": {"<new>": 500},
    })


if __name__ == "__main__":
    main()
