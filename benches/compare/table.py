"""The tables of the chapter on performance, from the JSON files of a folder: `python table.py ../results`."""
import json
import statistics
import sys
from pathlib import Path

JOBS = {"roberta-fixed": "RoBERTa-base's shape, layers 0, 5, 11; 32 × 64 tokens", "roberta-ragged": "RoBERTa-base's shape, layers 0, 5, 11; 64 sentences of CoLA",
        "minilm-fixed": "all-MiniLM-L6-v2, all layers; 64 × 64 tokens", "minilm-ragged": "all-MiniLM-L6-v2, all layers; 64 sentences of CoLA"}
METHODS = ["tangent", "P4c", "P4", "P2", "P1", "P3", "forward", "forward+backward"]


def table(head, rows):
    lines = [head, ["---"] + ["--:"] * (len(head) - 1)] + rows
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main():
    folder = Path(sys.argv[1])
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


if __name__ == "__main__":
    main()
