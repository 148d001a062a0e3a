"""Shows how the time of a kernel splits by operation, from samples of `perf` over many computations of one job.

    python time_operations.py --model random:roberta-base --tokenizer roberta/tokenizer.json --data CoLA/dev.tsv --n 32 --length fixed:64 --layers 0,5,11 --json out.json

Takes the arguments of time_kernel.py. Only the worker threads' samples are counted, which leaves out loading: the model is loaded on the main thread.
"""
import json
import re
import subprocess
import tempfile
from pathlib import Path

import common
from time_kernel import arguments

GROUPS = [                                      # the first group that matches a symbol counts
    ("matrix products of the model (f32)", r"gemm_f32|gemm_common.*vectorize|gemm_common::gemm"),
    ("Gram products (f64), and rows cast for them", r"gemm_f64|gram::product|ntk_core"),
    ("GELU, softmax, layer norm and their derivatives", r"pulp::"),
    ("pages given by the system", r"clear_page|page_fault|folio|vma|mmap|zero_user|lruvec|rmqueue|get_page|charge|pte"),
    ("copies", r"memmove|memcpy|memset"),
    ("embedding rows and what else burn does", r"burn_|macerator"),
]


def main():
    args = arguments()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        setup = common.build(args, folder)
        data = folder / "perf.data"
        command = ["perf", "record", "-q", "-o", data, "--", args.tangent, "--model", folder / "model", "--adapter", folder / "adapter",
                   "--tokens", folder / "tokens.json", "--readout", args.readout, "--threads", str(args.threads)]
        subprocess.run(list(map(str, command)), input="run\n" * (args.repeats * 5), text=True, check=True, stdout=subprocess.DEVNULL)
        report = subprocess.run(["perf", "report", "-i", data, "--stdio", "-F", "sample,pid,symbol", "-t", "|"],
                                capture_output=True, text=True, check=True).stdout
    samples = {}
    rows = [line.split("|", 2) for line in report.splitlines() if line.count("|") >= 2 and not line.startswith("#")]
    rows = [(int(count), int(thread.split(":")[0]), symbol.strip()) for count, thread, symbol in rows]
    main_thread = min(thread for _, thread, _ in rows)                     # the oldest thread
    for count, thread, symbol in rows:
        if thread != main_thread:
            group = next((name for name, pattern in GROUPS if re.search(pattern, symbol)), "the rest")
            samples[group] = samples.get(group, 0) + count
    total = sum(samples.values())
    shares = {name: round(samples.get(name, 0) / total, 4) for name in [name for name, _ in GROUPS] + ["the rest"]}
    print(f"{args.name}  n={args.n}  {args.length}  layers {args.layers}")
    for name, share in shares.items():
        print(f"{share:7.1%}  {name}")
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(dict(model=args.name, n=args.n, length=args.length, layers=args.layers, targets=args.targets, threads=args.threads,
                                             samples=total, cpu=common.cpu(), shares=shares), indent=1) + "\n")


if __name__ == "__main__":
    main()
