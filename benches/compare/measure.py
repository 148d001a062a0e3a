"""Measures time and memory of one method, and runs the Rust program as a server process."""
import ctypes
import gc
import json
import subprocess
import threading
import time

import psutil
import torch


def release():
    """Returns freed memory to the system, so that no method reuses the memory of an earlier one."""
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        pass


class PeakRss:
    """Measures, by sampling, the peak of the resident memory above its value at the start."""
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


class Program:
    """A process that answers each line with one line of JSON; it prints a first line when it is ready."""
    def __init__(self, *command):
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = self.answer("its start")

    def ask(self, words):
        print(words, file=self.process.stdin, flush=True)
        return self.answer(f"`{words}`")

    def answer(self, to):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the tangent process ended at {to}")
        return json.loads(line)


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def matrix_product_rate(config):
    """Returns the Gflop/s of torch's f32 matrix product at the width of the feed-forward map, the best of many runs."""
    a, b = torch.randn(2048, config.hidden_size), torch.randn(config.hidden_size, config.intermediate_size)
    return max(2e-9 * a.numel() * b.shape[1] / timed(lambda: a @ b) for _ in range(20))


def write(path, result):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n")
