"""Steps of torch.optim on given gradients, clipped or not: writes optimisers.json beside this file.

    pip install torch && python optimisers.py
"""

import json
import pathlib

import torch

START = [0.3, -1.2, 0.05, 2.0]
# Norms of about 2.9, 0.4 and 6.2.
GRADIENTS = [[1.0, -2.0, 0.5, 1.7], [0.1, 0.3, -0.2, 0.15], [-3.0, 1.0, 4.0, -3.5]]
RATE = 0.1
OPTIMISERS = {
    "sgd": (lambda x: torch.optim.SGD([x], lr=RATE), {"momentum": 0.0}),
    "momentum": (lambda x: torch.optim.SGD([x], lr=RATE, momentum=0.9), {"momentum": 0.9}),
    "adamw": (lambda x: torch.optim.AdamW([x], lr=RATE, weight_decay=0.01), {"weight_decay": 0.01}),
}
# No clipping; a norm above those of all gradients; one that two gradients exceed; one that all exceed.
CLIPS = [None, 10.0, 1.0, 0.2]


def steps(optimiser, clip):
    """θ after each step."""
    theta = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    descent = optimiser(theta)
    path = []
    for gradient in GRADIENTS:
        theta.grad = torch.tensor(gradient, dtype=torch.float64)
        if clip is not None:
            torch.nn.utils.clip_grad_norm_([theta], clip)
        descent.step()
        path.append(theta.tolist())
    return path


def main():
    runs = [
        {"optimiser": name, **settings, "clip": clip, "theta": steps(optimiser, clip)}
        for name, (optimiser, settings) in OPTIMISERS.items()
        for clip in CLIPS
    ]
    result = {"torch": torch.__version__, "rate": RATE, "start": START, "gradients": GRADIENTS, "runs": runs}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
