"""Times gradient flow of the linearized model by its kernel alone, and numpy's closed form on the same kernel for comparison.

    python time_flow.py --model MiniLM_FOLDER --data CoLA/train.tsv --n 2000 --layers all --json out.json

The flow is that of the squared loss of the margin on targets 1 and -1. It is evaluated at as many times as gradient descent in kernel space takes steps.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
threads = argparse.ArgumentParser(add_help=False)
threads.add_argument("--threads", default="2")
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):     # before numpy loads its BLAS
    os.environ[name] = threads.parse_known_args()[0].threads
import common
import measure
import numpy as np
from safetensors.numpy import load_file


def flow(kernel, start, targets, times):
    """Returns the seconds of the decomposition and of the outputs at all times, and the outputs at the last time."""
    clock = time.perf_counter()
    values, vectors = np.linalg.eigh(kernel)
    decomposed = time.perf_counter()
    residual = vectors.T @ (targets - start)
    for t in times:
        outputs = start + vectors @ (-np.expm1(-2 * values.clip(0) * t) * residual)
    return {"decomposition": decomposed - clock, "outputs at every time": time.perf_counter() - decomposed}, outputs


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common.job_arguments(ap)
    ap.add_argument("--label-column", type=int, default=1, help="column of the class, from 0 (CoLA: 1)")
    ap.add_argument("--n", type=int, default=2000)
    ap.add_argument("--steps", type=int, default=1000)
    ap.add_argument("--tangent", type=Path, default=Path(__file__).resolve().parents[2] / "target/release/flow_times", help="the Rust program")
    args = common.parse(ap)
    args.length = "ragged"
    folder = tempfile.TemporaryDirectory()
    setup = common.build(args, Path(folder.name))
    labels, saved = setup.files / "labels.json", setup.files / "flow.safetensors"
    labels.write_text(json.dumps([int(c) for c in common.fields(args.data, args.label_column)[:args.n]]))
    command = [args.tangent, *common.file_arguments(setup), "--labels", labels, "--steps", args.steps, "--threads", args.threads, "--save", saved]
    seconds = {"tangent": {}, "numpy": {}}
    for repeat in range(args.repeats + 1):
        ours = json.loads(subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout)
        at = load_file(saved)
        theirs, outputs = flow(at["kernel"], at["start"], at["targets"], ours["rate"] * np.arange(1, args.steps + 1))
        error = np.linalg.norm(at["outputs"] - outputs) / np.linalg.norm(outputs - at["start"])
        assert error < 1e-8, f"tangent's flow and numpy's differ by {error:.1e} at the last time"
        if repeat > 0:
            for who, times in (("tangent", ours["seconds"]), ("numpy", theirs)):
                for what, s in times.items():
                    seconds[who].setdefault(what, []).append(round(s, 5))
    print(f"{args.name}  n={args.n}  {args.steps} times  the flows differ by {error:.1e}, gradient descent and flow by {ours['descent_and_flow_differ_by']:.1e}")
    for who, times in seconds.items():
        for what, s in times.items():
            print(f"{who:8s} {what:24s}{min(s):9.3f}{statistics.median(s):9.3f}")
    if args.json:
        measure.write(args.json, dict(model=args.name, data=f"{args.data.parent.name}/{args.data.name}", n=args.n, tokens=sum(map(len, setup.sequences)),
                                      layers=args.layers, targets=args.targets, rank=args.rank, steps=args.steps, threads=args.threads, repeats=args.repeats,
                                      relative_error=error, descent_and_flow_differ_by=ours["descent_and_flow_differ_by"], cpu=common.cpu(),
                                      versions=dict(common.versions(), numpy=np.__version__), seconds=seconds))


if __name__ == "__main__":
    main()
