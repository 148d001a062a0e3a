"""Prints the tables of the chapter on performance from the JSON files of a folder: `python table.py ../results kernel`, or `training`."""
import json
import statistics
import sys
from pathlib import Path

JOBS = {"roberta-fixed": "RoBERTa-base's shape, layers 0, 5, 11; 32 × 64 tokens", "roberta-ragged": "RoBERTa-base's shape, layers 0, 5, 11; 64 sentences of CoLA",
        "minilm-fixed": "all-MiniLM-L6-v2, all layers; 64 × 64 tokens", "minilm-ragged": "all-MiniLM-L6-v2, all layers; 64 sentences of CoLA"}
TRAINING = {"roberta": "RoBERTa-base's shape, layers {layers}", "minilm": "all-MiniLM-L6-v2, all layers"}
METHODS = ["tangent", "P4c", "P4", "P2", "P1", "P3", "forward", "forward+backward"]


LABELS = {"full": "tangent", "linearized, rows kept": "tangent, linearized, rows kept", "linearized, rows recomputed": "tangent, linearized, rows recomputed",
          "PEFT": "PEFT", "packed": "packed", "torch.func linearized": "`torch.func`, linearized"}
FLOW = {"kernel": "the kernel itself, from token ids", "decomposition": "its eigenvalues and eigenvectors", "outputs at every time": "the outputs at all times",
        "gradient descent": "gradient descent in kernel space, as many steps"}


def table(head, rows):
    lines = [head, ["---"] + ["--:"] * (len(head) - 1)] + rows
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def where(job):
    return f"Measured on {job['cpu']}, {job['threads']} threads."


def kernel(folder):
    jobs = {key: json.loads((folder / f"kernel-{key}.json").read_text()) for key in JOBS}
    cpus = sorted({job["cpu"] for job in jobs.values()})
    median = {key: {name: statistics.median(r["seconds"]) for name, r in job["results"].items()} for key, job in jobs.items()}
    print(f"Measured on {'; '.join(cpus)}, {next(iter(jobs.values()))['threads']} threads. Medians in seconds, and in brackets how many times tangent's.\n")
    print(table([""] + METHODS, [[JOBS[key]] + [f"{m[name]:.3f}" + ("" if name == "tangent" else f" ({m[name] / m['tangent']:.2f})") for name in METHODS]
                                 for key, m in median.items()]))
    print("\nPeak memory above that of the loaded model, MiB:\n")
    print(table([""] + METHODS, [[JOBS[key]] + [str(job["results"][name]["peak_mib_above_start"]) for name in METHODS] for key, job in jobs.items()]))
    print("\nAgainst the floor, and against the lean peer for what the two matrix products differ:\n")
    rows = []
    for key, job in jobs.items():
        m, gemm, torch = median[key], job["floor"]["gemm_gflop_per_s"], job["matrix_product_gflop_per_s"]
        rows.append([JOBS[key], f"{job['floor']['gflop']:.0f}", f"{job['floor']['seconds'] / m['tangent']:.0%}", f"{m['tangent'] / m['tangent rows']:.2f}",
                     f"{gemm:.0f} / {torch:.0f}", f"{m['P4c'] / m['tangent']:.2f}", f"{0.85 * gemm / torch:.2f}"])
    print(table(["", "Gflop", "floor ÷ time", "all S_l ÷ rows alone", "gemm / torch, Gflop/s", "P4c ÷ tangent", "0.85 × gemm ÷ torch"], rows))
    operations = {key: folder / f"operations-{key}.json" for key in JOBS}
    operations = {key: json.loads(path.read_text())["shares"] for key, path in operations.items() if path.exists()}
    if operations:
        print("\nWhere the time goes, by samples of the worker threads:\n")
        names = next(iter(operations.values()))
        print(table([""] + [JOBS[key] for key in operations], [[name] + [f"{shares[name]:.1%}" for shares in operations.values()] for name in names]))
    eigen = json.loads((folder / "eigenvalues.json").read_text())
    print(f"\nEigenvalues of an n × n kernel, and eigenvectors with them, milliseconds (numpy {eigen['numpy']} with {eigen['lapack']}):\n")
    rows = [[f"{who}, {what}"] + [f"{1e3 * statistics.median(sizes[n][name]):.1f}" for n in eigen["seconds"]]
            for what, name in (("values", "eigvalsh"), ("with vectors", "eigh")) for who, sizes in (("tangent", eigen["tangent"]), ("numpy", eigen["seconds"]))]
    print(table(["n"] + list(eigen["seconds"]), rows))


def training(folder):
    jobs = {name: json.loads((folder / f"training-{key}.json").read_text()) for key, name in TRAINING.items()}
    jobs = {f"{name.format(layers=', '.join(map(str, job['layers'])))}; batches of {job['batch']}": job for name, job in jobs.items()}
    names = list(next(iter(jobs.values()))["results"])
    median = {key: {name: statistics.median(job["results"][name]["seconds"]) for name in names} for key, job in jobs.items()}
    print(where(next(iter(jobs.values()))) + " Medians in milliseconds a step, and in brackets how many times a full step's.\n")
    print(table([""] + list(jobs), [[LABELS[name]] + [f"{1e3 * m[name]:.1f}" + ("" if name == "full" else f" ({m[name] / m['full']:.2f})") for m in median.values()] for name in names]))
    print("\nPeak memory above that of the loaded model, MiB, with the rows where they are kept:\n")
    print(table([""] + list(jobs), [[LABELS[name]] + [str(job["results"][name]["peak_mib_above_start"]) for job in jobs.values()] for name in names]))
    print("\nAgainst the goals, and how far the parameters at the end differ, relative to themselves (the largest of all blocks):\n")
    rows = {"steps": [], "tokens, and with padding": [], "floor ÷ time of a full step": [], "gemm / torch, Gflop/s": [], "PEFT ÷ tangent": [], "goal, at least 1.2 × gemm ÷ torch": [], "packed ÷ tangent": [],
            "linearized, rows recomputed ÷ full": [], "goal, at most": [], "linearized, rows kept ÷ full": [], "seconds to compute the rows that are kept": []}
    for (_, job), m in zip(jobs.items(), median.values()):
        gemm, torch = (statistics.median(job["matrix_product_gflop_per_s"][of]) for of in ("gemm", "torch"))
        values = [job["steps"], f"{job['tokens']['total']} / {job['tokens']['padded']}", f"{job['floor']['seconds'] / m['full']:.0%}", f"{gemm:.0f} / {torch:.0f}", f"{m['PEFT'] / m['full']:.2f}", f"{1.2 * gemm / torch:.2f}",
                  f"{m['packed'] / m['full']:.2f}", f"{m['linearized, rows recomputed'] / m['full']:.2f}", "2.50", f"{m['linearized, rows kept'] / m['full']:.3f}",
                  f"{job['seconds_to_load']['linearized, rows kept']:.2f}"]
        for row, value in zip(rows.values(), values):
            row.append(str(value))
        for name, of in job["agreement"].items():
            rows.setdefault(f"{LABELS[name]} and {LABELS[of['reference']]}", []).append(f"{of['parameters']:.0e}")
    print(table([""] + list(jobs), [[name] + row for name, row in rows.items()]))
    flow = json.loads((folder / "flow.json").read_text())
    print(f"\nGradient flow of the linearized model by its kernel alone: n = {flow['n']} sentences of CoLA, {flow['steps']} times, all-MiniLM-L6-v2 with all layers adapted. "
          f"Seconds (numpy {flow['versions']['numpy']} on the same kernel):\n")
    print(table(["", "tangent", "numpy"], [[FLOW[what]] + [f"{statistics.median(flow['seconds'][who][what]):.2f}" if what in flow["seconds"][who] else ""
                                                           for who in ("tangent", "numpy")] for what in FLOW]))


def readme(folder):
    """Prints the short table for the README, which stands between two marks there."""
    job = json.loads((folder / "kernel-minilm-ragged.json").read_text())
    step = json.loads((folder / "training-minilm.json").read_text())
    eigen = json.loads((folder / "eigenvalues.json").read_text())
    kernel, train = ({name: statistics.median(r["seconds"]) for name, r in of["results"].items()} for of in (job, step))
    largest = max(eigen["seconds"], key=int)
    values = {who: statistics.median(of[largest]["eigvalsh"]) for who, of in (("tangent", eigen["tangent"]), ("numpy", eigen["seconds"]))}
    rows = step["seconds_to_load"]["linearized, rows kept"]
    ms = lambda seconds: f"{1e3 * seconds:.0f} ms" if seconds > 0.01 else f"{1e3 * seconds:.1f} ms"
    row = lambda what, ours, theirs, name: [what, ms(ours), ms(theirs), name, f"{theirs / ours:.1f}×"]
    print(table(["all-MiniLM-L6-v2, CoLA", "tangent", "other", "compared with", "faster by"], [
        row("all kernels of 12 modules, 64 sentences", kernel["tangent"], kernel["P1"], "`torch.func`, `vmap(jacrev)`"),
        row("all kernels of 12 modules, 64 sentences", kernel["tangent"], kernel["P4c"], "hand-written PyTorch, no autograd"),
        row("a LoRA training step, 32 sentences", train["full"], train["PEFT"], "PyTorch with PEFT"),
        row(f"a step of the exact linearization, its rows computed before in {rows:.2f} s", train["linearized, rows kept"], train["torch.func linearized"], "`torch.func`"),
        row(f"all eigenvalues, n = {largest}", values["tangent"], values["numpy"], "numpy"),
    ]))
    print(f"\n{where(step)}")


if __name__ == "__main__":
    {"kernel": kernel, "training": training, "readme": readme}[sys.argv[2]](Path(sys.argv[1]))
