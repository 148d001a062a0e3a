"""Times methods of computing the LoRA NTK of an encoder, all on the same model and inputs, and checks that they agree.

    python time_kernel.py --model random:roberta-base --tokenizer roberta/tokenizer.json --data CoLA/dev.tsv --n 32 --length fixed:64 --layers 0,5,11
    python time_kernel.py --model MiniLM_FOLDER --data CoLA/dev.tsv --n 64 --length ragged --layers all

Each time is that of all S_l (f64), from a loaded model and token ids. The methods take turns: each runs once in every repeat, after one warm-up.
`tangent` is a separate process (benches/src/bin/kernel_server.rs) that has loaded the same model, adapter and token ids from files.
"""
import argparse
import statistics
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import common
import measure
import methods
import torch
from measure import timed
from safetensors.torch import load_file


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common.job_arguments(ap)
    ap.add_argument("--n", type=int, default=32)
    ap.add_argument("--length", default="ragged", help="ragged, or fixed:T (sentences joined and cut to T tokens, no padding)")
    ap.add_argument("--readout", choices=("margin", "full"), default="margin")
    ap.add_argument("--methods", default="P1,P2,P3,P4,P4c")
    ap.add_argument("--chunk", type=int, default=32, help="number of examples at a time (P1, P2, P4, baselines)")
    ap.add_argument("--tangent", type=Path, default=Path(__file__).resolve().parents[2] / "target/release/kernel_server", help="the Rust program")
    args = common.parse(ap)
    args.methods = args.methods.split(",")
    return args


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    folder = tempfile.TemporaryDirectory()
    setup = common.build(args, Path(folder.name))
    kernels_file = setup.files / "kernels.safetensors"
    tangent = measure.Program(args.tangent, *common.file_arguments(setup), "--readout", args.readout, "--threads", args.threads, "--kernels", kernels_file)
    tokens = [len(s) for s in setup.sequences]
    kernels, seconds, memory = {}, {}, {}
    rate = measure.matrix_product_rate(setup.config)

    def once(name):
        if name in ("tangent", "tangent rows"):
            return tangent.ask("run" if name == "tangent" else "rows")["seconds"]

        def kernel():
            kernels[name] = methods.gram(methods.METHODS[name](setup, args.readout, args.chunk))
        return timed(kernel if name in methods.METHODS else lambda: methods.BASELINES[name](setup, args.readout, args.chunk))

    names = ["tangent", "tangent rows"] + list(methods.BASELINES) + args.methods
    seconds["tangent"], memory["tangent"] = [], tangent.ask("peak")["peak_mib"]
    tangent.ask("save")
    kernels["tangent"] = load_file(kernels_file)
    seconds["tangent rows"], memory["tangent rows"] = [], None
    for name in names[2:]:
        with measure.PeakRss() as rss:
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
        measure.write(args.json, dict(
            model=args.name, hidden=setup.config.hidden_size,
            encoder_layers=setup.config.num_hidden_layers, data=f"{args.data.parent.name}/{args.data.name}", n=args.n, length=args.length,
            tokens=dict(total=sum(tokens), min=min(tokens), max=max(tokens)), layers=args.layers, targets=args.targets, rank=args.rank, alpha=args.alpha,
            readout=args.readout, lora_parameters=sum(b.a.numel() + b.b.numel() for b in setup.blocks), chunk=args.chunk, threads=args.threads,
            repeats=args.repeats, seed=args.seed, reference=reference, lambda_min=total[0].item(), lambda_max=total[-1].item(),
            matrix_product_gflop_per_s=round(rate), floor=floor, cpu=common.cpu(), versions=common.versions(), results=results))


if __name__ == "__main__":
    main()
