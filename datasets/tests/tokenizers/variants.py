"""Writes variants.json: what transformers 5.23.0 makes of many tokenizer folders.

    python variants.py [CASES]

A folder is a base (bases/NAME.json: its files; made by folders.py) with changes, which the Rust test repeats: `files` (a text is
written as it is, anything else as JSON), then `set` and `cut` (file, JSON pointer[, value]), then `without`.
AutoTokenizer reads each folder, and its ids and token types for TEXTS are written down; `null` means that it refuses a text.
`refused` marks a folder that this project refuses, with words of the message. `same` names another variant with the same ids, for a
folder that transformers reads in a random way (dropout) or not at all.
CASES is a folder of further bases, FOLDER/tokenizer.json and so on; without it those of bases/ stay as they are.
"""
import copy
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.update(TRANSFORMERS_VERBOSITY="error", HF_HUB_OFFLINE="1", RUST_BACKTRACE="0")
from folders import BASES, added  # noqa: E402
from transformers import AutoTokenizer, __version__  # noqa: E402

HERE = Path(__file__).parent
LONG = "the tavi molu is not in the brenda and the kesto of lurin pado is on it"
LONGER = "a zefa of wirro to hantu and gosbe, a nimla in ruvet; dorka felim jasti quona is unaffable"
TEXTS = [
    ("Tavi brenda, the molu.", None, 64),
    ("  leading and  double   spaces  ", None, 64),
    ("Crème Brûlée naïve ÅNGSTRÖM café", None, 64),
    ("東京 is 大きい, 中文abc", None, 64),
    ("emoji 🦀 and 👩\u200d💻 end", None, 64),
    ("MOLU Tavi UPPER tAVI", None, 64),
    ("the [MASK] molu <mask>tavi  <new> x<new>y <img>", None, 64),
    ("[CLS] molu [SEP] <s> tavi </s> [UNK] <unk>", None, 64),
    (LONG, None, 12),
    (LONGER, None, 13),
    (LONG, LONGER, 16),
    (LONGER, LONG, 15),
    (LONGER, LONG, 16),
    ("tavi", LONGER, 9),
    (LONGER, "tavi", 10),
    ("tavi molu", "", 64),
    ("", "brenda kesto", 64),
    ("a", None, 64),
    ("", None, 64),
    ("tavi molu", " brenda [MASK] kesto<mask>", 64),
    ("\ttab\nline\u00a0no\u200bwidth\u0000nul\u00ad-\u2028end", None, 200),
    ("unaffable" * 12, None, 200),
]
WP, BL, UG, LL = "wordpiece", "byte_level", "unigram", "llama"
T, C, M = "tokenizer.json", "tokenizer_config.json", "config.json"
FAST = {"tokenizer_class": "PreTrainedTokenizerFast"}
VARIANTS = []


def variant(name, base, refused=None, **changes):
    assert all(v["name"] != name for v in VARIANTS), name
    VARIANTS.append({"name": name, "base": base, **changes, **({"refused": refused} if refused else {})})


def config(name, base, config, refused=None, **changes):
    variant(name, base, refused, files={C: config, **changes.pop("files", {})}, **changes)


def made(base):
    return copy.deepcopy(json.loads((HERE / "bases" / f"{base}.json").read_text()))


def lines(base):
    vocab = made(base)[T]["model"]["vocab"]
    return "".join(f"{t}\n" for t in sorted(vocab, key=vocab.get))


def pairs(base, version="#version: 0.2\n"):
    model = made(base)[T]["model"]
    return {"vocab.json": model["vocab"], "merges.txt": version + "".join(f"{' '.join(m)}\n" for m in model["merges"])}


def bert():
    variant("bert", WP)
    config("bert, class named", WP, {"tokenizer_class": "BertTokenizer"})
    config("bert, cased by tokenizer_config", WP, {"do_lower_case": False})
    config("bert, accents kept", WP, {"strip_accents": False})
    config("bert, cased without accents", WP, {"do_lower_case": False, "strip_accents": True})
    config("bert, Chinese characters joined", WP, {"tokenize_chinese_chars": False})
    variant("bert, normalizer of the file cased", WP, set=[[T, "/normalizer/lowercase", False]])
    variant("bert, no normalizer", WP, set=[[T, "/normalizer", None]])
    variant("bert, other pre-tokenizer", WP, set=[[T, "/pre_tokenizer", {"type": "Whitespace"}]])
    variant("bert, no post-processor", WP, set=[[T, "/post_processor", None]])
    variant("bert, another post-processor", WP, set=[[T, "/post_processor", {"type": "BertProcessing", "sep": ["the", 5], "cls": ["a", 6]}]])
    variant("bert, template without its tokens", WP, set=[[T, "/post_processor/special_tokens", {}]])
    variant("bert, short words only", WP, set=[[T, "/model/max_input_chars_per_word", 4]])
    variant("bert, model without a type", WP, cut=[[T, "/model/type"]])
    variant("bert, WordLevel model", WP, set=[[T, "/model/type", "WordLevel"]])
    for name in ["ElectraTokenizerFast", "LayoutLMTokenizerFast", "MobileBertTokenizer", "DistilBertTokenizer", "Unheard", ""]:
        config(f"bert, class {name or 'empty'}", WP, {"tokenizer_class": name, "do_lower_case": False})
    config("bert, class null", WP, {"tokenizer_class": None, "do_lower_case": False})
    variant("bert, class in config.json", WP, files={M: {"model_type": "bert", "tokenizer_class": "PreTrainedTokenizerFast"}})
    config("bert, code of its own", WP, {"auto_map": {"AutoTokenizer": ["code.Tokenizer", None]}, "do_lower_case": False})
    variant("bert's files for a roberta", WP, files={M: {"model_type": "roberta"}, C: {"tokenizer_class": "BertTokenizerFast"}})
    variant("bert's files for no known model", WP, files={M: {"model_type": "unheard"}})
    variant("tokenizer.json alone", WP, without=[M])
    config("class without config.json", WP, {"tokenizer_class": "BertTokenizer", "do_lower_case": False}, without=[M])
    config("bert as it is", WP, {**FAST, "do_lower_case": False})
    config("bert as it is, TokenizersBackend", WP, {"tokenizer_class": "TokenizersBackend", "model_input_names": ["input_ids", "token_type_ids", "attention_mask"]})
    config("bert as it is, no post-processor", WP, FAST, set=[[T, "/post_processor", None]])
    config("bert as it is, short words only", WP, FAST, set=[[T, "/model/max_input_chars_per_word", 4]])
    config("bert as it is, WordLevel model", WP, FAST, set=[[T, "/model/type", "WordLevel"]])
    config("bert as it is, BertProcessing", WP, {**FAST, "model_input_names": ["input_ids", "token_type_ids"]}, set=[[T, "/post_processor", {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}]])
    config("bert as it is, other places in the template", WP, FAST, set=[[T, "/post_processor/special_tokens/[CLS]/ids", [5]]])
    strip = {"type": "Sequence", "normalizers": [{"type": "Strip", "strip_left": True, "strip_right": True}, {"type": "NFKC"}, {"type": "Lowercase"}]}
    config("as it is, a sequence of normalizers", WP, FAST, set=[[T, "/normalizer", strip], [T, "/pre_tokenizer", {"type": "Whitespace"}]])
    variant("bert, no types wanted", WP, files={C: {"model_input_names": ["input_ids", "attention_mask"]}})


def bert_vocabulary():
    text = lines(WP)
    only = {"without": [T]}
    variant("vocab.txt", WP, files={"vocab.txt": text}, **only)
    variant("vocab.txt, cased", WP, files={"vocab.txt": text, C: {"do_lower_case": False, "tokenizer_class": "BertTokenizer"}}, **only)
    variant("vocab.txt, lines of Windows", WP, files={"vocab.txt": text.replace("\n", "\r\n")}, **only)
    variant("vocab.txt, no last line end", WP, files={"vocab.txt": text[:-1]}, **only)
    variant("vocab.txt, a token twice", WP, files={"vocab.txt": text + "molu\n"}, **only)
    variant("vocab.txt, empty lines", WP, files={"vocab.txt": text + "\n\nzzz\n"}, **only)
    variant("vocab.txt, byte order mark", WP, files={"vocab.txt": "\ufeff" + text}, **only)
    variant("vocab.txt, added_tokens.json", WP, files={"vocab.txt": text, "added_tokens.json": {"<new>": 300, "<img>": 299}}, **only)
    variant("vocab.txt, special_tokens_map.json", WP, files={"vocab.txt": text, "special_tokens_map.json": {"cls_token": "the", "sep_token": {"content": "a", "lstrip": True}}}, **only)
    variant("vocab.txt, bos asked for", WP, files={"vocab.txt": text, C: {"add_bos_token": True, "bos_token": "the"}}, **only)
    variant("vocab.txt beside tokenizer.json", WP, files={"vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"})
    variant("vocab.txt, no unknown token", WP, files={"vocab.txt": text.replace("[UNK]", "[unused0]")}, **only)
    config("vocab.txt for the class of tokenizer.json", WP, FAST, "No such file, nor", files={"vocab.txt": text}, **only)
    variant("vocab.txt beside tokenizer.model", WP, "not read here", files={"vocab.txt": text, "tokenizer.model": "x"}, **only)
    variant("spiece.model", WP, "not read here", files={"spiece.model": "x"}, **only)
    variant("no vocabulary", WP, "No such file, nor vocab.txt", **only)
    variant("tokens without ids", WP, cut=[[T, "/model/vocab/[MASK]"], [T, "/model/vocab/pado"], [T, "/added_tokens/4"]], set=[[T, "/model/vocab/zefa", 400]])
    variant("one id twice", WP, "have the same id 11", set=[[T, "/model/vocab/molu", 11]])
    variant("an id of a billion", WP, "which is not a valid id", set=[[T, "/model/vocab/molu", 4000000000]])
    variant("a negative id", WP, "which is not a valid id", set=[[T, "/model/vocab/molu", -4]])
    variant("an empty vocabulary", WP, "vocabulary is empty", set=[[T, "/model/vocab", {}]])
    variant("no mask in the vocabulary", WP, cut=[[T, "/added_tokens/4"], [T, "/model/vocab/[MASK]"]], set=[[T, "/model/vocab/🦀", 4]])


def special():
    variant("other special tokens in tokenizer_config", WP, files={C: {"cls_token": "the", "sep_token": "[CLS]", "unk_token": "a"}})
    variant("special tokens as objects", WP, files={C: {"cls_token": {"__type": "AddedToken", "content": "the", "lstrip": False, "normalized": True}, "mask_token": {"__type": "AddedToken", "content": "molu", "lstrip": True}}})
    variant("a special token as an object", WP, files={C: {"mask_token": {"__type": "AddedToken", "content": "molu", "lstrip": True}}})
    variant("a special token as an object without a type", WP, same="a special token as an object", files={C: {"mask_token": {"content": "molu", "lstrip": True}}})
    variant("special_tokens_map before tokenizer_config", WP, files={"special_tokens_map.json": {"cls_token": "the", "mask_token": {"content": "molu", "lstrip": True, "normalized": False}}, C: {"cls_token": "a"}})
    variant("special_tokens_map after added_tokens_decoder", WP, files={"special_tokens_map.json": {"cls_token": "the"}, C: {"cls_token": "a", "added_tokens_decoder": {}}})
    variant("cls null", WP, files={C: {"cls_token": None}})
    variant("unk null", WP, files={C: {"unk_token": None}})
    decoder = {"4": {"content": "[MASK]", "lstrip": True, "rstrip": True, "special": True}, "300": {"content": "<new>", "normalized": True, "special": False}, "12": {"content": "molu", "single_word": True, "special": False, "normalized": False}}
    variant("added_tokens_decoder", WP, files={C: {"added_tokens_decoder": decoder}, "added_tokens.json": {"tavi": 4}})
    config("added_tokens_decoder as it is", WP, {**FAST, "added_tokens_decoder": decoder, "mask_token": "[MASK]", "pad_token": "<pad>"})
    flags = [("<new>", {"normalized": True, "special": False, "rstrip": True}), ("Molu", {"normalized": True, "special": False, "single_word": True}), ("<img>", {"lstrip": True, "special": False})]
    for name, files in [("added tokens in the file", {}), ("added tokens in the file, as it is", {C: FAST})]:
        size = len(made(WP)[T]["model"]["vocab"])
        variant(name, WP, files=files, set=[[T, "/added_tokens/-", added(t, size + i, **f)] for i, (t, f) in enumerate(flags)])
    variant("an added token's id is far away", WP, set=[[T, "/added_tokens/-", added("<new>", 4000000000)]])
    variant("added_tokens.json before tokenizer.json", WP, files={"added_tokens.json": {"<new>": 1000, "[MASK]": 4}})
    variant("additional special tokens", WP, files={C: {"additional_special_tokens": ["<new>", {"__type": "AddedToken", "content": "<img>", "lstrip": True}]}})
    variant("tokens of one model alone, in order", WP, files={C: '{"z_token": "<new>", "b_token": "<img>", "extra_special_tokens": {"y": "tavi", "c": "brenda"}, "a_token": "<mask>"}'})
    variant("extra special tokens in both files", WP, files={C: {"extra_special_tokens": ["<new>"]}, "special_tokens_map.json": {"extra_special_tokens": ["<img>", "<new>"]}})
    variant("additional special tokens in both files", WP, files={C: {"additional_special_tokens": ["<new>"]}, "special_tokens_map.json": {"additional_special_tokens": ["<img>"]}})
    variant("special tokens split", WP, files={C: {"split_special_tokens": True}})


def lengths():
    cut = {"direction": "Left", "max_length": 5, "strategy": "OnlyFirst", "stride": 2}
    variant("truncation to the left in the file", WP, set=[[T, "/truncation", cut]])
    variant("truncation to the right in the file", WP, set=[[T, "/truncation", {**cut, "direction": "Right"}]])
    config("truncation to the left in the file, as it is", WP, FAST, set=[[T, "/truncation", cut]])
    config("truncation_side left", WP, {"truncation_side": "left"})
    config("truncation_side over the file's", WP, {"truncation_side": "right"}, set=[[T, "/truncation", cut]])
    config("truncation_side left, byte-level", BL, {"truncation_side": "left"})
    config("truncation_side of another kind", WP, {"truncation_side": "both"}, "expected \"left\" or \"right\"")
    pad = {"strategy": {"Fixed": 40}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}
    variant("padding in the file", WP, set=[[T, "/padding", pad]])
    config("model_max_length", WP, {"model_max_length": 12})
    config("model_max_length of nothing", WP, {"model_max_length": 1000000000000000019884624838656})
    config("max_len", WP, {"max_len": 99})
    config("model_max_length as a text", WP, {"model_max_length": "12"}, "expected a number of tokens")
    config("do_lower_case as a text", WP, {"do_lower_case": "false"}, "expected true or false")
    config("versioned tokenizer files", WP, {"fast_tokenizer_files": ["tokenizer.4.0.0.json", "tokenizer.5.99.0.json", "tokenizer.json"]}, files={"tokenizer.4.0.0.json": made(WP)[T]}, without=[T])


def byte_level():
    variant("roberta", BL)
    config("roberta, class named", BL, {"tokenizer_class": "RobertaTokenizerFast"})
    config("roberta, class of bart", BL, {"tokenizer_class": "BartTokenizer"})
    config("roberta, space before", BL, {"add_prefix_space": True})
    variant("roberta, space before in the file", BL, set=[[T, "/pre_tokenizer/add_prefix_space", True]])
    config("roberta as it is, space before in the file", BL, {**FAST, "add_prefix_space": False}, set=[[T, "/pre_tokenizer/add_prefix_space", True]])
    variant("roberta, dropout", BL, set=[[T, "/model/dropout", 0.5]])
    config("roberta as it is", BL, FAST)
    config("roberta as it is, dropout", BL, FAST, same="roberta as it is", set=[[T, "/model/dropout", 0.5]])
    variant("roberta, no post-processor", BL, set=[[T, "/post_processor", None]])
    config("roberta as it is, no post-processor", BL, FAST, set=[[T, "/post_processor", {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}]])
    config("roberta, types wanted", BL, {"model_input_names": ["input_ids", "token_type_ids", "attention_mask"]})
    variant("roberta, merges as texts", BL, set=[[T, "/model/merges", [" ".join(m) for m in made(BL)[T]["model"]["merges"]]]])
    variant("roberta, unknown token in the file", BL, set=[[T, "/model/unk_token", "<unk>"]])
    variant("roberta, mask that leaves the space", BL, set=[[T, "/added_tokens/4/lstrip", False]])
    config("roberta, cls null", BL, {"cls_token": None}, "`cls_token` is null or empty")
    symbols = [s for s in made(BL)[T]["model"]["vocab"] if len(s) == 1 and s in "ðŁéçÂ"]
    variant("roberta, bytes missing", BL, cut=[[T, f"/model/vocab/{s}"] for s in symbols if not any(s in "".join(m) for m in made(BL)[T]["model"]["merges"])])
    only = {"without": [T]}
    variant("vocab.json and merges.txt", BL, files=pairs(BL), **only)
    variant("vocab.json and merges.txt, no version", BL, files=pairs(BL, ""), **only)
    windows = pairs(BL)
    variant("vocab.json and merges.txt, lines of Windows", BL, files={**windows, "merges.txt": windows["merges.txt"].replace("\n", "\r\n")}, **only)
    variant("vocab.json and merges.txt, space before, left", BL, files={**pairs(BL), C: {"add_prefix_space": True, "truncation_side": "left"}}, **only)
    variant("merges.txt with a comment", BL, "\"comment\" of the merge # comment is not in the vocabulary", files=pairs(BL, "# comment\n"), **only)
    variant("merges.txt, lines of three", BL, "line 2 is not two tokens", files={**pairs(BL), "merges.txt": "#version: 0.2\na b c\n"}, **only)
    variant("vocab.json alone", BL, "merges.txt", files={"vocab.json": pairs(BL)["vocab.json"]}, **only)
    variant("gpt2", BL, files={M: {"model_type": "gpt2"}})
    variant("gpt2, no post-processor", BL, files={M: {"model_type": "gpt2"}}, set=[[T, "/post_processor", None]])
    gpt2 = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    variant("gpt2, ends asked for", BL, files={M: {"model_type": "gpt2"}, C: {**gpt2, "add_bos_token": True, "add_eos_token": True}, **pairs(BL)}, **only)
    variant("gpt2, ends asked for beside tokenizer.json", BL, files={M: {"model_type": "gpt2"}, C: {**gpt2, "add_bos_token": True}}, set=[[T, "/post_processor", None]])
    config("llama's name over a byte-level file", BL, {"tokenizer_class": "LlamaTokenizerFast"})
    config("bert's class over a byte-level file", BL, {"tokenizer_class": "BertTokenizer"}, "its model is Bpe, but transformers' BertTokenizer")
    variant("roberta over a WordLevel file", WP, "its model is WordLevel, but transformers' RobertaTokenizer", files={M: {"model_type": "roberta"}}, set=[[T, "/model/type", "WordLevel"]])
    split = {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}, "behavior": "Isolated", "invert": False},
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
    ]}
    variant("llama 3", BL, files={M: {"model_type": "llama"}, C: FAST}, set=[[T, "/pre_tokenizer", split], [T, "/model/ignore_merges", True]])


def others():
    variant("xlm-roberta", UG)
    config("xlm-roberta, no space before", UG, {"tokenizer_class": "XLMRobertaTokenizerFast", "add_prefix_space": False})
    config("xlm-roberta as it is", UG, FAST)
    variant("xlm-roberta, no post-processor", UG, set=[[T, "/post_processor", None]])
    config("xlm-roberta over WordPiece", WP, {"tokenizer_class": "XLMRobertaTokenizer"}, "its model is WordPiece, but transformers' XLMRobertaTokenizer")
    variant("bert over Unigram", UG, "its model is Unigram, but transformers' BertTokenizer", without=[C])
    variant("a character map that says a wrong size", UG, "character map", set=[[T, "/normalizer/normalizers/0/precompiled_charsmap", "/////wAA"]])
    variant("llama", LL)
    config("llama, legacy", LL, {"tokenizer_class": "LlamaTokenizer", "legacy": True})
    config("llama, no space before", LL, {"tokenizer_class": "LlamaTokenizer", "add_prefix_space": False})
    config("llama as it is", LL, FAST)
    variant("llama, no post-processor", LL, set=[[T, "/post_processor", None]], files={C: {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True}})
    for name in ["CamembertTokenizer", "BertJapaneseTokenizer", "HerbertTokenizerFast"]:
        config(f"class {name}", WP, {"tokenizer_class": name}, f"`tokenizer_class` = {name} is not implemented")
    config("as it is, template without its tokens", WP, FAST, 'it names the token "[CLS]", which its list `special_tokens` lacks', set=[[T, "/post_processor/special_tokens", {}]])
    config("as it is, template beyond the vocabulary", WP, FAST, 'it puts in "[CLS]" with the id 5000, which is no token\'s', set=[[T, "/post_processor/special_tokens/[CLS]/ids", [5000]]])
    config("as it is, single template with a second text", WP, FAST, "its post_processor can't be used", set=[[T, "/post_processor/single/1/Sequence/id", "B"]])
    config("as it is, normalizer known by its keys alone", WP, FAST, set=[[T, "/normalizer/type", "Unheard"]])
    variant("tokenizer.json is a list", WP, "no object", files={T: []})
    variant("tokenizer.json is no JSON", WP, "it is not JSON", files={T: "{"})
    variant("tokenizer_config.json is a list", WP, "no object", files={C: []})
    for case in sorted(path.stem for path in (HERE / "bases").glob("case-*.json")):
        variant(case, case)
    config("case-10-template, as it is", "case-10-template", FAST, 'it names the token "[CLS]", which its list `special_tokens` lacks')


def parent(tree, pointer):
    parts = [p.replace("~1", "/").replace("~0", "~") for p in pointer.split("/")[1:]]
    for part in parts[:-1]:
        tree = tree[int(part) if isinstance(tree, list) else part]
    return tree, parts[-1]


def materialise(variant, folder):
    files = {**made(variant["base"]), **copy.deepcopy(variant.get("files", {}))}
    for file, pointer, value in variant.get("set", []):
        tree, key = parent(files[file], pointer)
        if isinstance(tree, list):
            tree.append(value) if key == "-" else tree.__setitem__(int(key), value)
        else:
            tree[key] = value
    for file, pointer in variant.get("cut", []):
        tree, key = parent(files[file], pointer)
        del tree[int(key) if isinstance(tree, list) else key]
    for name, content in files.items():
        if name not in variant.get("without", []):
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            (folder / name).write_bytes(text.encode())


def read(variant):
    with tempfile.TemporaryDirectory() as folder:
        materialise(variant, Path(folder))
        tokenizer = AutoTokenizer.from_pretrained(folder)
        length = tokenizer.model_max_length
        result = {"class": type(tokenizer).__name__, "max_length": None if length > 1e20 else length, "encoded": []}
        for text, pair, length in TEXTS:
            try:
                one = tokenizer(text, pair, truncation=True, max_length=length)
                types = one.get("token_type_ids", [0] * len(one["input_ids"]))
                result["encoded"].append([one["input_ids"], types if any(types) else 0])
            except Exception:
                result["encoded"].append(None)
        return result


def main():
    assert __version__ == "5.23.0", __version__
    (HERE / "bases").mkdir(exist_ok=True)
    for name, base in BASES.items():
        (HERE / "bases" / f"{name}.json").write_text(json.dumps(base(), ensure_ascii=False, separators=(",", ":")) + "\n")
    if len(sys.argv) > 1:
        for folder in sorted(Path(sys.argv[1]).iterdir()):
            files = {f: json.loads((folder / f).read_text()) for f in (T, C) if (folder / f).exists()}
            files[M] = {"model_type": json.loads((folder / M).read_text())["model_type"]}
            (HERE / "bases" / f"{folder.name}.json").write_text(json.dumps(files, ensure_ascii=False, separators=(",", ":")) + "\n")
    for group in (bert, bert_vocabulary, special, lengths, byte_level, others):
        group()
    out = {}
    for one in VARIANTS:
        name, refused, same = one["name"], one.get("refused"), one.pop("same", None)
        if same:
            keys = ("class", "max_length", "encoded")
            result = {key: out[same][key] for key in keys}
        else:
            try:
                result = read(one)
            except BaseException as error:
                assert refused, (name, error)
                print("refused by transformers too:", name, "-", type(error).__name__)
                result = {}
            else:
                if refused:
                    print("refused here alone:", name)
                    result = {}
        out[name] = {**one, **result}
    rows = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in out.values())
    texts = json.dumps(TEXTS, ensure_ascii=False)
    (HERE / "variants.json").write_text(f'{{"transformers":"{__version__}","texts":{texts},\n"variants":[\n{rows}\n]}}\n')
    print(len(out), "variants")


if __name__ == "__main__":
    main()
