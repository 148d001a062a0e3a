"""Times ways to get the LoRA NTK of an encoder, all on the same model and inputs, and checks that they agree.

    python time_kernel.py --model random:roberta-base --tokenizer roberta/tokenizer.json --data CoLA/dev.tsv --n 32 --length fixed:64 --layers 0,5,11
    python time_kernel.py --model MiniLM_FOLDER --data CoLA/dev.tsv --n 64 --length ragged --layers all

A time is from a loaded model and token ids to all S_l (f64). Methods take turns: every one runs once in each repeat, after one warm-up.
`tangent` is a process of its own (benches/src/bin/kernel_server.rs) that has loaded the same model, adapter and token ids from files.
"""
import argparse
import ctypes
import gc
import json
import statistics
import subprocess
import tempfile
import threading
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import common
import methods
import psutil
import torch
from safetensors.torch import load_file


def release():
    """Gives freed memory back to the system, so that no method runs in what an earlier one left."""
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        pass


class PeakRss:
    """Highest resident memory above that at the start, sampled."""
    def __enter__(self):
        release()
        self.process, self.stop = psutil.Process(), threading.Event()
        self.base = self.peak = self.process.memory_info().rss
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while not self.stop.wait(0.005):
            self.peak = max(self.peak, self.process.memory_info().rss)

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        self.mib = round((self.peak - self.base) / 2**20)


class Tangent:
    """The Rust program: one line in, one line of JSON out."""
    def __init__(self, program, setup, args):
        self.kernels_file = setup.files / "kernels.safetensors"
        command = [program, "--model", setup.files / "model", "--adapter", setup.files / "adapter", "--tokens", setup.files / "tokens.json",
                   "--readout", args.readout, "--threads", str(args.threads), "--kernels", self.kernels_file]
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        json.loads(self.process.stdout.readline())

    def ask(self, word):
        print(word, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the tangent process ended at `{word}`")
        return json.loads(line)

    def kernels(self):
        self.ask("save")
        return load_file(self.kernels_file)


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", required=True, help="random:roberta-base, random:bert-base or a folder in Hugging Face's layout (BERT, RoBERTa)")
    ap.add_argument("--tokenizer", type=Path, help="tokenizer.json; by default the model folder's own")
    ap.add_argument("--data", type=Path, required=True, help="tab-separated file, no quoting")
    ap.add_argument("--column", type=int, default=3, help="of the sentence, from 0 (CoLA: 3)")
    ap.add_argument("--n", type=int, default=32)
    ap.add_argument("--length", default="ragged", help="ragged, or fixed:T (sentences joined and cut to T tokens, no padding)")
    ap.add_argument("--targets", default="query,value")
    ap.add_argument("--layers", default="all")
    ap.add_argument("--rank", type=int, default=8)
    ap.add_argument("--alpha", type=float, default=8)
    ap.add_argument("--readout", choices=("margin", "full"), default="margin")
    ap.add_argument("--methods", default="P1,P2,P3,P4,P4c")
    ap.add_argument("--repeats", type=int, default=3)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--chunk", type=int, default=32, help="examples at a time (P1, P2, P4, baselines)")
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--name", help="what to call the model in the table and the JSON file")
    ap.add_argument("--json", type=Path)
    ap.add_argument("--tangent", type=Path, default=Path(__file__).resolve().parents[2] / "target/release/kernel_server", help="the Rust program")
    args = ap.parse_args()
    args.name = args.name or (args.model if args.model.startswith("random:") else Path(args.model).resolve().name)
    args.targets = args.targets.split(",")
    if args.layers == "all":
        config = None if args.model.startswith("random:") else json.loads((Path(args.model) / "config.json").read_text())
        args.layers = list(range(12 if config is None else config["num_hidden_layers"]))
    else:
        args.layers = [int(l) for l in args.layers.split(",")]
    args.methods = args.methods.split(",")
    if args.model.startswith("random:") and not args.tokenizer:
        ap.error("a random model has no tokenizer: give --tokenizer")
    return args


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    folder = tempfile.TemporaryDirectory()
    setup = common.build(args, Path(folder.name))
    tangent = Tangent(args.tangent, setup, args)
    tokens = [len(s) for s in setup.sequences]
    kernels, seconds, memory = {}, {}, {}
    a, b = torch.randn(2048, setup.config.hidden_size), torch.randn(setup.config.hidden_size, setup.config.intermediate_size)
    rate = max(2e-9 * a.numel() * b.shape[1] / timed(lambda: a @ b) for _ in range(20))

    def once(name):
        if name in ("tangent", "tangent rows"):
            return tangent.ask("run" if name == "tangent" else "rows")["seconds"]

        def kernel():
            kernels[name] = methods.gram(methods.METHODS[name](setup, args.readout, args.chunk))
        return timed(kernel if name in methods.METHODS else lambda: methods.BASELINES[name](setup, args.readout, args.chunk))

    names = ["tangent", "tangent rows"] + list(methods.BASELINES) + args.methods
    seconds["tangent"], memory["tangent"] = [], tangent.ask("peak")["peak_mib"]
    kernels["tangent"] = tangent.kernels()
    seconds["tangent rows"], memory["tangent rows"] = [], None
    for name in names[2:]:
        with PeakRss() as rss:
            warm = once(name)
        memory[name], seconds[name] = rss.mib, []
        print(f"warm-up {name}: {warm:.2f} s", flush=True)
    for _ in range(args.repeats):
        for name in names:
            seconds[name].append(once(name))
    floor = tangent.ask("floor")

    reference = "P4c" if "P4c" in kernels else args.methods[-1]
    agreement = {}
    for name, blocks in kernels.items():
        pairs = [(blocks[k], kernels[reference][k]) for k in blocks] + [(sum(blocks.values()), sum(kernels[reference].values()))]
        agreement[name] = max(((a - b).norm() / b.norm()).item() for a, b in pairs)
        assert agreement[name] < 1e-4, f"{name} disagrees with {reference}: relative error {agreement[name]:.1e}"
    total = torch.linalg.eigvalsh(sum(kernels[reference].values()))

    print(f"\n{args.name}  n={args.n}  tokens {sum(tokens)} (min {min(tokens)}, max {max(tokens)})  layers {args.layers}  targets {args.targets}  "
          f"rank {args.rank}  readout {args.readout}  threads {args.threads}  (f32 matrix product, 2048 rows: {rate:.0f} Gflop/s)")
    print(f"{'method':18s}{'min s':>9s}{'median s':>10s}{'/ ' + reference:>9s}{'peak MiB':>10s}{'rel. err.':>11s}")
    ours, rows, theirs = (statistics.median(seconds[n]) for n in ("tangent", "tangent rows", reference))
    print(f"tangent: {floor['seconds'] / ours:.0%} of the floor; {ours / rows:.2f} of the rows alone; {reference} / tangent = {theirs / ours:.2f}, "
          f"gemm / torch = {floor['gemm_gflop_per_s'] / rate:.2f} (goal {0.85 * floor['gemm_gflop_per_s'] / rate:.2f})")
    results = {}
    for name in names:
        low, mid = min(seconds[name]), statistics.median(seconds[name])
        results[name] = dict(seconds=[round(s, 5) for s in seconds[name]], min=round(low, 5), median=round(mid, 5),
                             ratio_of_minima=round(low / min(seconds[reference]), 3), peak_mib_above_start=memory[name], relative_error=agreement.get(name))
        print(f"{name:18s}{low:9.3f}{mid:10.3f}{low / min(seconds[reference]):9.2f}{'-' if memory[name] is None else memory[name]:>10}{agreement.get(name, float('nan')):11.1e}")
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(dict(
            model=args.name, hidden=setup.config.hidden_size,
            encoder_layers=setup.config.num_hidden_layers, data=f"{args.data.parent.name}/{args.data.name}", n=args.n, length=args.length,
            tokens=dict(total=sum(tokens), min=min(tokens), max=max(tokens)), layers=args.layers, targets=args.targets, rank=args.rank, alpha=args.alpha,
            readout=args.readout, lora_parameters=sum(b.a.numel() + b.b.numel() for b in setup.blocks), chunk=args.chunk, threads=args.threads,
            repeats=args.repeats, seed=args.seed, reference=reference, lambda_min=total[0].item(), lambda_max=total[-1].item(),
            matrix_product_gflop_per_s=round(rate), floor=floor, cpu=common.cpu(), versions=common.versions(), results=results), indent=1) + "\n")


if __name__ == "__main__":
    main()
