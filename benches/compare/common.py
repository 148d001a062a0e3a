"""The model, the adapters and the inputs of every method, and the arguments that select them."""
import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
import peft
import torch
import transformers
from tokenizers import Tokenizer

transformers.logging.set_verbosity_error()
WHERE = {"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
         "attention.output.dense": "attention.output.dense", "intermediate.dense": "intermediate.dense", "output.dense": "output.dense"}


@dataclass
class Block:
    """One adapted module."""
    name: str
    layer: int
    module: torch.nn.Module
    a_key: str
    b_key: str

    @property
    def a(self):
        return self.module.lora_A["default"].weight

    @property
    def b(self):
        return self.module.lora_B["default"].weight

    @property
    def scaling(self):
        return self.module.scaling["default"]


@dataclass
class Setup:
    model: torch.nn.Module          # the PEFT model; only LoRA tensors require gradients
    blocks: list                    # by layer, then module path
    sequences: list                 # of 1-d tensors of token ids, no padding
    pad_id: int
    files: Path                     # folder with `model`, `adapter` and `tokens.json`, the same inputs for other programs

    @property
    def base(self):
        return self.model.get_base_model()

    @property
    def config(self):
        return self.base.config

    def attention(self, kind):
        self.base.set_attn_implementation(kind)

    def padded(self, rows=None):
        """Returns the ids, the mask and the position ids of some examples, padded on the right to the longest of them."""
        some = self.sequences if rows is None else [self.sequences[i] for i in rows]
        width = max(map(len, some))
        ids = torch.full((len(some), width), self.pad_id)
        mask = torch.zeros((len(some), width), dtype=torch.long)
        for i, s in enumerate(some):
            ids[i, :len(s)], mask[i, :len(s)] = s, 1
        if self.config.model_type == "roberta":
            position = mask.cumsum(1) * mask + self.pad_id
        else:
            position = torch.arange(width).expand(len(some), width)
        return ids, mask, position


def encoder(spec, seed):
    """Returns the model of `random:roberta-base`, `random:bert-base` or a folder in Hugging Face's layout, with two classes and a seeded head."""
    torch.manual_seed(seed)
    zero = dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, num_labels=2)
    if spec == "random:roberta-base":
        return transformers.RobertaForSequenceClassification(transformers.RobertaConfig(
            vocab_size=50265, max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5, **zero))
    if spec == "random:bert-base":
        return transformers.BertForSequenceClassification(transformers.BertConfig(**zero))
    if spec.startswith("random:"):
        raise SystemExit(f"--model {spec}: known shapes are random:roberta-base and random:bert-base")
    return transformers.AutoModelForSequenceClassification.from_pretrained(spec, local_files_only=True, dtype=torch.float32, **zero)


def fields(data, column):
    """Returns one field of every line of a tab-separated file without quoting; lines without this field are left out."""
    lines = Path(data).read_text(encoding="utf-8").split("\n")
    return [parts[column] for parts in (line.split("\t") for line in lines) if len(parts) > column]


def token_sequences(tokenizer_file, data, n, length, column):
    """Tokenizes the first n sentences of a tab-separated file; `fixed:T` joins sentences and cuts them to T tokens, specials included."""
    tok = Tokenizer.from_file(str(tokenizer_file))
    tok.no_truncation()
    tok.no_padding()
    texts = fields(data, column)
    if length == "ragged":
        return [torch.tensor(tok.encode(t).ids) for t in texts[:n]]
    size = int(length.removeprefix("fixed:"))
    out, at = [], 0
    while len(out) < n:
        joined = ""
        while len(ids := tok.encode(joined).ids) < size:
            joined, at = (joined + " " + texts[at % len(texts)]).strip(), at + 1
        out.append(torch.tensor(ids[:size - 1] + ids[-1:]))
    return out


def build(args, files):
    model = encoder(args.model, args.seed)
    model.save_pretrained(files / "model")
    adapted = [f"encoder.layer.{l}.{WHERE[t]}" for l in args.layers for t in args.targets]
    names = {name for name, _ in model.named_modules()}
    targets = [n for n in names if any(n.endswith(a) for a in adapted)]
    if len(targets) != len(adapted):
        raise SystemExit(f"the model has {len(targets)} of the {len(adapted)} modules asked for: {adapted}")
    model = peft.get_peft_model(model, peft.LoraConfig(r=args.rank, lora_alpha=args.alpha, lora_dropout=0.0, target_modules=targets)).eval()
    gen = torch.Generator().manual_seed(args.seed)
    blocks = []
    for l in args.layers:
        for sub in sorted(WHERE[t] for t in args.targets):
            path = next(n for n, _ in model.named_modules() if n.endswith(f"encoder.layer.{l}.{sub}"))
            blocks.append(Block(f"layer.{l}.{sub}", l, model.get_submodule(path),
                                f"{path}.lora_A.default.weight", f"{path}.lora_B.default.weight"))
    for b in blocks:                                           # B != 0, so that the rows of A count too
        b.b.data = 0.02 * torch.randn(b.b.shape, generator=gen)
    tokenizer = args.tokenizer or Path(args.model) / "tokenizer.json"
    sequences = token_sequences(tokenizer, args.data, args.n, args.length, args.column)
    model.save_pretrained(files / "adapter", save_embedding_layers=False)
    (files / "tokens.json").write_text(json.dumps([s.tolist() for s in sequences]))
    return Setup(model, blocks, sequences, model.get_base_model().config.pad_token_id, files)


def job_arguments(ap):
    """Adds the arguments that every job has."""
    ap.add_argument("--model", required=True, help="random:roberta-base, random:bert-base or a folder in Hugging Face's layout (BERT, RoBERTa)")
    ap.add_argument("--tokenizer", type=Path, help="a tokenizer.json; by default that of the model's folder")
    ap.add_argument("--data", type=Path, required=True, help="tab-separated file, no quoting")
    ap.add_argument("--column", type=int, default=3, help="column of the sentence, from 0 (CoLA: 3)")
    ap.add_argument("--targets", default="query,value")
    ap.add_argument("--layers", default="all")
    ap.add_argument("--rank", type=int, default=8)
    ap.add_argument("--alpha", type=float, default=8)
    ap.add_argument("--repeats", type=int, default=3)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--name", help="name of the model in the table and in the JSON file")
    ap.add_argument("--json", type=Path)


def parse(ap):
    """Returns the arguments, with lists for `layers` and `targets`."""
    args = ap.parse_args()
    random = args.model.startswith("random:")
    if random and not args.tokenizer:
        ap.error("a random model has no tokenizer: give --tokenizer")
    args.name = args.name or (args.model if random else Path(args.model).resolve().name)
    args.targets = args.targets.split(",")
    if args.layers == "all":
        args.layers = list(range(12 if random else json.loads((Path(args.model) / "config.json").read_text())["num_hidden_layers"]))
    else:
        args.layers = [int(l) for l in args.layers.split(",")]
    return args


def file_arguments(setup):
    """Returns the arguments that name the files for the Rust programs."""
    return "--model", setup.files / "model", "--adapter", setup.files / "adapter", "--tokens", setup.files / "tokens.json"


def versions():
    return dict(python=platform.python_version(), torch=torch.__version__.split("+")[0], transformers=transformers.__version__, peft=peft.__version__)


def cpu():
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n")
    except OSError:
        return platform.machine()
    flags = next((l for l in lines if l.startswith("flags")), "")
    name = next((l.split(":")[1].strip() for l in lines if l.startswith("model name")), platform.machine())
    return f"{name}, {os.cpu_count()} cores" + (", AVX-512" if "avx512f" in flags else "")
