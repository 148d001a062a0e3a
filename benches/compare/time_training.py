"""Times steps of training (forward, pullback, AdamW) of the full and of the linearized model, and checks that they end at the same parameters.

    python time_training.py --model MiniLM_FOLDER --data CoLA/train.tsv --batches 8 --layers all
    python time_training.py --model random:roberta-base --tokenizer roberta/tokenizer.json --data CoLA/train.tsv --batches 4 --layers 0,5,11

Each time is that of one pass over all batches from the same start, divided by the number of batches: cross-entropy on the labels, only LoRA tensors
trained, no dropout. The methods take turns: each runs once in every repeat, after one warm-up. `tangent` is a separate process
(benches/src/bin/training_server.rs), which prints its batches of sentences; all other methods use the same batches.
"""
import argparse
import json
import statistics
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import common
import measure
import torch
import training
from safetensors.torch import load_file

OURS = ("full", "linearized, rows recomputed", "linearized, rows kept")
REFERENCE = {"full": "PEFT", "packed": "PEFT", "linearized, rows kept": "torch.func linearized", "linearized, rows recomputed": "torch.func linearized"}


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common.job_arguments(ap)
    ap.add_argument("--label-column", type=int, default=1, help="column of the class, from 0 (CoLA: 1)")
    ap.add_argument("--batch", type=int, default=32)
    ap.add_argument("--batches", type=int, default=8)
    ap.add_argument("--rate", type=float, default=4e-4, help="learning rate")
    ap.add_argument("--tolerance", type=float, default=1e-4, help="largest relative difference that each block's parameters may have at the end")
    ap.add_argument("--tangent", type=Path, default=Path(__file__).resolve().parents[2] / "target/release/training_server", help="the Rust program")
    args = common.parse(ap)
    args.n, args.length = args.batch * args.batches, "ragged"
    return args


def distances(ours, theirs, start):
    """Returns the largest ||theta - theta'|| / ||theta'|| of any block, and the same ratio for the way from the start, over all blocks together."""
    blocks = max(((ours[k] - theirs[k]).norm() / theirs[k].norm()).item() for k in theirs)
    way = torch.cat([ours[k] - theirs[k] for k in theirs]).norm() / torch.cat([theirs[k] - start[k] for k in theirs]).norm()
    return blocks, way.item()


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    folder = tempfile.TemporaryDirectory()
    setup = common.build(args, Path(folder.name))
    labels = torch.tensor([int(c) for c in common.fields(args.data, args.label_column)[:args.n]])
    (setup.files / "labels.json").write_text(json.dumps(labels.tolist()))
    file = setup.files / "parameters.safetensors"
    tangent = measure.Program(args.tangent, *common.file_arguments(setup), "--labels", setup.files / "labels.json", "--batch", args.batch,
                              "--rate", args.rate, "--seed", args.seed, "--threads", args.threads, "--parameters", file)
    batches, start = tangent.ready["batches"], training.theta(setup)
    assert sorted(sum(batches, [])) == list(range(args.n)), "a pass goes through every sentence once"
    tokens = [len(s) for s in setup.sequences]
    ends, memory, load = {}, {}, {}

    def once(name):
        if name in OURS:
            return tangent.ask(f"run {name}")["seconds"] / len(batches)
        with training.restored(setup):
            seconds = measure.timed(lambda: training.METHODS[name](setup, labels, batches, args.rate))
            ends[name] = training.theta(setup)
        return seconds / len(batches)

    names = list(OURS) + list(training.METHODS)
    for name in names:
        if name in OURS:
            answer = tangent.ask(f"load {name}")
            warm, memory[name], load[name] = answer["seconds"] / len(batches), answer["peak_mib"], answer["seconds_to_load"]
        else:
            with measure.PeakRss() as rss:
                warm = once(name)
            memory[name] = rss.mib
        print(f"warm-up {name}: {warm:.3f} s a step", flush=True)
    for name in OURS:
        tangent.ask(f"save {name}")
        ends[name] = load_file(file)
    agreement = {name: distances(ends[name], ends[reference], start) for name, reference in REFERENCE.items()}
    for name, (blocks, way) in agreement.items():
        print(f"{name} and {REFERENCE[name]} after {len(batches)} steps: parameters differ by {blocks:.1e}, ways by {way:.1e}")
        if blocks >= args.tolerance:
            raise SystemExit(f"{name} disagrees with {REFERENCE[name]}: relative difference {blocks:.1e} of a block's parameters")

    seconds, rates = {name: [] for name in names}, {"gemm": [], "torch": []}
    for _ in range(args.repeats):
        for name in names:
            seconds[name].append(once(name))
        rates["gemm"].append(tangent.ask("rate")["gflop_per_s"])
        rates["torch"].append(measure.matrix_product_rate(setup.config))
    floor = tangent.ask("floor")
    floor["seconds"] /= len(batches)
    gemm, rate = (statistics.median(rates[name]) for name in ("gemm", "torch"))

    median = {name: statistics.median(s) for name, s in seconds.items()}
    print(f"\n{args.name}  {len(batches)} batches of {args.batch}  tokens {sum(tokens)} (min {min(tokens)}, max {max(tokens)})  layers {args.layers}  "
          f"targets {args.targets}  rank {args.rank}  threads {args.threads}  (f32 matrix product: gemm {gemm:.0f}, torch {rate:.0f} Gflop/s)")
    print(f"{'a step of':32s}{'min s':>9s}{'median s':>10s}{'/ full':>9s}{'peak MiB':>10s}")
    for name in names:
        print(f"{name:32s}{min(seconds[name]):9.4f}{median[name]:10.4f}{median[name] / median['full']:9.2f}{memory[name]:>10}")
    print(f"tangent: {floor['seconds'] / median['full']:.0%} of the floor; PEFT / tangent = {median['PEFT'] / median['full']:.2f} (goal {1.2 * gemm / rate:.2f}); "
          f"linearized / full: recomputed {median[OURS[1]] / median['full']:.2f} (goal 2.5), kept {median[OURS[2]] / median['full']:.3f}")
    if args.json:
        results = {name: dict(seconds=[round(s, 6) for s in seconds[name]], min=round(min(seconds[name]), 6), median=round(median[name], 6),
                              peak_mib_above_start=memory[name]) for name in names}
        measure.write(args.json, dict(
            model=args.name, hidden=setup.config.hidden_size, encoder_layers=setup.config.num_hidden_layers,
            data=f"{args.data.parent.name}/{args.data.name}", batch=args.batch, steps=len(batches),
            tokens=dict(total=sum(tokens), min=min(tokens), max=max(tokens), padded=sum(len(b) * max(tokens[i] for i in b) for b in batches)),
            layers=args.layers, targets=args.targets, rank=args.rank, alpha=args.alpha, lora_parameters=sum(len(v) for v in start.values()),
            rate=args.rate, threads=args.threads, repeats=args.repeats, seed=args.seed,
            seconds_to_load=load, matrix_product_gflop_per_s={name: [round(r, 1) for r in of] for name, of in rates.items()}, floor=floor,
            agreement={name: dict(reference=REFERENCE[name], parameters=blocks, way=way) for name, (blocks, way) in agreement.items()},
            cpu=common.cpu(), versions=common.versions(), results=results))


if __name__ == "__main__":
    main()
