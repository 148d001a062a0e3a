"""The tokenizers that the variants are made of: invented words, a few hundred tokens each."""
import base64
import struct
from itertools import count

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = """the a and of to in is it not on
tavi molu brenda kesto lurin pado zefa wirro hantu gosbe nimla ruvet dorka felim jasti quona
Tavi MOLU Brenda creme brulee café naïve angstrom upper leading double spaces emoji end""".split()
PIECES = "tav ##i mol ##u bren ##da kes ##to lur ##in un ##aff ##able ##ing ##ed ##s ##MOLU".split()
LETTERS = "abcdefghijklmnopqrstuvwxyzéèüöåABCMTU0123456789"
SIGNS = list(".,!?'-[]<>/…") + ["東", "京", "中", "文", "大", "き", "い", "🦀"]
CORPUS = [
    "the tavi molu is not in the brenda",
    " kesto and lurin pado the zefa of wirro",
    "hantu gosbe nimla ruvet, dorka felim! jasti quona?",
    " MOLU Tavi café naïve 東京 is on it",
] * 3


def added(token, id, **flags):
    usual = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": id, "content": token, **usual, **flags}


def template(cls, sep, ids, pair):
    token = lambda name, type: {"SpecialToken": {"id": name, "type_id": type}}
    text = lambda name, type: {"Sequence": {"id": name, "type_id": type}}
    single = [token(cls, 0), text("A", 0), token(sep, 0)]
    return {
        "type": "TemplateProcessing",
        "single": single,
        "pair": single + pair(token, text),
        "special_tokens": {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in (cls, sep)},
    }


def file(added_tokens, normalizer, pre_tokenizer, post_processor, decoder, model):
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added_tokens,
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": post_processor,
        "decoder": decoder, "model": model,
    }


def wordpiece():
    tokens = SPECIAL + WORDS + PIECES + list(LETTERS) + ["##" + c for c in LETTERS] + SIGNS
    vocab = dict(zip(dict.fromkeys(tokens), count()))
    bert = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
    around = template("[CLS]", "[SEP]", vocab, lambda token, text: [text("B", 1), token("[SEP]", 1)])
    model = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocab}
    decoder = {"type": "WordPiece", "prefix": "##", "cleanup": True}
    listed = [added(t, vocab[t]) for t in SPECIAL]
    return {
        "tokenizer.json": file(listed, bert, {"type": "BertPreTokenizer"}, around, decoder, model),
        "config.json": {"model_type": "bert"},
    }


def bpe(words, merges):
    """Returns the `merges` most frequent merges of words; among equally frequent ones the first in order."""
    words = [list(word) for word in words]
    made = []
    for _ in range(merges):
        seen = {}
        for word in words:
            for pair in zip(word, word[1:]):
                seen[pair] = seen.get(pair, 0) + 1
        if not seen:
            break
        best = max(seen, key=lambda pair: (seen[pair], pair))
        made.append(best)
        for word in words:
            i = 0
            while i + 1 < len(word):
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = ["".join(best)]
                i += 1
    return made


def byte_symbols():
    printable = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or 174 <= b]
    shifted = iter(range(256, 512))
    return {b: chr(b) if b in printable else chr(next(shifted)) for b in range(256)}


def byte_level():
    symbols = byte_symbols()
    words = [w for line in CORPUS for w in line.replace(" ", "\n ").split("\n")]
    merges = bpe(["".join(symbols[b] for b in w.encode()) for w in words], 90)
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    tokens = special + sorted(symbols.values()) + ["".join(m) for m in merges] + ["<mask>"]
    vocab = dict(zip(dict.fromkeys(tokens), count()))
    model = {
        "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "",
        "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, "vocab": vocab, "merges": [list(m) for m in merges],
    }
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    around = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": False}
    listed = [added(t, vocab[t], lstrip=t == "<mask>") for t in special + ["<mask>"]]
    return {
        "tokenizer.json": file(listed, None, level, around, {**level, "add_prefix_space": True}, model),
        "config.json": {"model_type": "roberta"},
    }


def unigram():
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    words = [(("▁" + w), -2.0 - 0.25 * i) for i, w in enumerate(WORDS)]
    letters = [(c, -9.0 - 0.125 * i) for i, c in enumerate("▁" + LETTERS + "".join(SIGNS))]
    vocab = [[t, 0.0] for t in special] + [list(p) for p in words + letters] + [["<mask>", 0.0]]
    # A character map that maps nothing: its trie has no label.
    charsmap = base64.b64encode(struct.pack("<I", 1024) + bytes(1024)).decode()
    spaces = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    normalizer = {"type": "Sequence", "normalizers": [
        {"type": "Precompiled", "precompiled_charsmap": charsmap},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    ]}
    ids = {t: i for i, (t, _) in enumerate(vocab)}
    around = template("<s>", "</s>", ids, lambda token, text: [token("</s>", 0), text("B", 0), token("</s>", 0)])
    listed = [added(t, ids[t], lstrip=t == "<mask>") for t in special + ["<mask>"]]
    model = {"type": "Unigram", "unk_id": 3, "vocab": vocab, "byte_fallback": False}
    pre = {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, spaces]}
    return {
        "tokenizer.json": file(listed, normalizer, pre, around, spaces, model),
        "tokenizer_config.json": {"tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 512},
        "config.json": {"model_type": "bert"},
    }


def llama():
    words = [w for line in CORPUS for w in ("▁" + line.replace(" ", "▁")).replace("▁", "\n▁").split("\n") if w]
    merges = bpe(words, 60)
    letters = sorted({c for w in words for c in w} | set(LETTERS))
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)] + letters + ["".join(m) for m in merges]
    vocab = dict(zip(dict.fromkeys(tokens), count()))
    model = {
        "type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None,
        "fuse_unk": True, "byte_fallback": True, "ignore_merges": False, "vocab": vocab, "merges": [list(m) for m in merges],
    }
    normalizer = {"type": "Sequence", "normalizers": [
        {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
    ]}
    start = {"SpecialToken": {"id": "<s>", "type_id": 0}}
    around = {
        "type": "TemplateProcessing",
        "single": [start, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [start, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<s>", "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
    }
    listed = [added(t, vocab[t]) for t in ("<unk>", "<s>", "</s>")]
    return {
        "tokenizer.json": file(listed, normalizer, None, around, None, model),
        "tokenizer_config.json": {"tokenizer_class": "LlamaTokenizer"},
        "config.json": {"model_type": "llama"},
    }


BASES = {"wordpiece": wordpiece, "byte_level": byte_level, "unigram": unigram, "llama": llama}
