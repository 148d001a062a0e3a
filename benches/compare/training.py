"""Methods of taking AdamW steps on the LoRA tensors: each goes through the given batches, starting from the parameters that the blocks hold."""
from contextlib import contextmanager

import methods
import torch
import torch.nn.functional as F
from torch.func import functional_call, jvp, vjp

aten = torch.ops.aten


def parameters(setup):
    return [p for b in setup.blocks for p in (b.a, b.b)]


def adamw(params, rate):
    """Returns AdamW as Hugging Face's `Trainer` sets it by default, without weight decay."""
    return torch.optim.AdamW(params, lr=rate, weight_decay=0.0, fused=True)


def theta(setup):
    """Returns {block: A row-major, then B}, in f64."""
    return {b.name: torch.cat([b.a.detach().flatten(), b.b.detach().flatten()]).double() for b in setup.blocks}


@contextmanager
def restored(setup):
    """Restores the parameters on exit."""
    start = [p.detach().clone() for p in parameters(setup)]
    try:
        yield
    finally:
        with torch.no_grad():
            for p, at in zip(parameters(setup), start):
                p.copy_(at)
                p.grad = None


# ---------------------------------------------------------------- the published method
def peft(setup, labels, batches, rate):
    """Trains the Hugging Face model with PEFT's adapters by autograd, padded to the longest example of each batch."""
    setup.attention("sdpa")
    optimiser = adamw(parameters(setup), rate)
    for batch in batches:
        ids, mask, position = setup.padded(batch)
        logits = setup.model(input_ids=ids, attention_mask=mask, position_ids=position).logits
        F.cross_entropy(logits, labels[batch]).backward()
        optimiser.step()
        optimiser.zero_grad()


# ---------------------------------------------------------------- P4c's maps, and the sum over examples
def packed(setup, labels, batches, rate):
    """Trains by hand-written derivatives, without autograd and without padding: the adapters are merged again in every step,
    no gradient is computed below the lowest adapted layer, and the last layer computes the first token only."""
    optimiser = adamw(parameters(setup), rate)
    base = setup.base
    body = getattr(base, base.base_model_prefix)
    dense, out = (base.classifier.dense, base.classifier.out_proj) if setup.config.model_type == "roberta" else (body.pooler.dense, base.classifier)
    by_layer = {}
    for b in setup.blocks:
        by_layer.setdefault(b.layer, []).append(b)
    lowest = min(by_layer)
    plain = {i: methods.Layer(l, ()) for i, l in enumerate(body.encoder.layer) if i not in by_layer}
    top = len(body.encoder.layer) - 1

    def emit(layer, sub, g, x, first_only):
        b = layer.blocks.get(sub)
        if b is not None:
            b.a.grad = (g @ b.b).mul_(b.scaling).T @ x
            b.b.grad = g.T @ (x @ b.a.T).mul_(b.scaling)

    for batch in batches:
        with torch.no_grad():
            p = methods.Packed(setup, sorted(batch, key=lambda i: len(setup.sequences[i])), setup.config.num_attention_heads)
            layers = [plain.get(i) or methods.Layer(l, by_layer[i]) for i, l in enumerate(body.encoder.layer)]
            x, saved = methods.embed(p, body.embeddings), {}
            for i, layer in enumerate(layers):
                x, saved[i] = methods.forward_layer(p, layer, x, i == top, i >= lowest)
            pooled = torch.tanh(F.linear(x, dense.weight, dense.bias))
            dz = torch.softmax(F.linear(pooled, out.weight, out.bias), 1)
            dz[torch.arange(len(batch)), labels[p.rows]] -= 1
            dy = ((1 - pooled.square()) * (dz / len(batch) @ out.weight)) @ dense.weight
            for i in range(top, lowest - 1, -1):
                dy = methods.backward_layer(p, layers[i], saved[i], dy, i == top, i == lowest, emit)
        optimiser.step()


# ---------------------------------------------------------------- the linearized model
def linearized(setup, labels, batches, rate):
    """Trains with `torch.func`: the outputs f_0 + J (theta - theta_0) by jvp, the gradient by vjp, both at theta_0."""
    setup.attention("eager")
    keys = [k for b in setup.blocks for k in (b.a_key, b.b_key)]
    at_start = {k: p.detach().clone() for k, p in zip(keys, parameters(setup))}
    optimiser = adamw(parameters(setup), rate)
    for batch in batches:
        ids, mask, position = setup.padded(batch)

        def logits(p):
            return functional_call(setup.model, p, (), dict(input_ids=ids, attention_mask=mask, position_ids=position)).logits

        with torch.no_grad():
            offset = {k: p - at_start[k] for k, p in zip(keys, parameters(setup))}
            start, change = jvp(logits, (at_start,), (offset,))
            cotangent = torch.softmax(start + change, 1)
            cotangent[torch.arange(len(batch)), labels[batch]] -= 1
        gradient, = vjp(logits, at_start)[1](cotangent / len(batch))
        for k, p in zip(keys, parameters(setup)):
            p.grad = gradient[k]
        optimiser.step()


METHODS = {"PEFT": peft, "packed": packed, "torch.func linearized": linearized}
