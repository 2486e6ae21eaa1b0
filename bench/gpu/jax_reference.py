"""The same model in plain JAX: the yardstick of tsukimi's overhead over XLA. Forward and backward, one GPU.

    python bench/gpu/jax_reference.py --what product fwdbwd --capacity 1.25 --json jax.json
    python bench/gpu/jax_reference.py --what verify --fixture test/fixtures/k2-tiny --device cpu

Experts have a capacity and drop what goes over it; dispatch and combine are gathers in both directions; attention is
cuDNN's through JAX's own custom call, with MLA's shape (values narrower than queries); layers are unrolled.

Legend of shapes: B sequences, T positions, N = B·T tokens, D hidden, H heads, E experts, K experts a token,
C rows an expert has (its capacity), F expert width, V vocabulary.
"""

import argparse
import functools
import json
import math
import os
import platform
import statistics
import struct
import sys
import time
import traceback

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--what", nargs="+", default=["product", "attention", "fwdbwd"],
                    choices=["product", "attention", "fwdbwd", "verify"])  # fmt: skip
parser.add_argument("--json", help="file for the figures")
parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
parser.add_argument("--flags", default="--xla_gpu_enable_triton_gemm=false --xla_gpu_enable_latency_hiding_scheduler=true",
                    help="XLA's flags, '' for its defaults; write --flags='...'")  # fmt: skip
parser.add_argument("--tiny", action="store_true", help="a small shape, to try the script on a CPU")
parser.add_argument("--capacity", nargs="+", type=float, default=[1.25],
                    help="rows of an expert over the mean; a figure for each")  # fmt: skip
parser.add_argument("--attention", choices=["cudnn", "cudnn-padded", "plain"])
parser.add_argument("--router", default="bfloat16", choices=["bfloat16", "float32"], help="type of the router's product")
parser.add_argument("--loss-chunks", type=int, default=4)
parser.add_argument("--sequences", type=int, default=0)
parser.add_argument("--length", type=int, default=0)
parser.add_argument("--count", type=int, default=5, help="repetitions, of 4 calls each")
parser.add_argument("--product-tflops", type=float, default=0.0)
parser.add_argument("--fixture", default="test/fixtures/k2-tiny")
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
options.sequences = options.sequences or (2 if options.tiny else 4)
options.length = options.length or (64 if options.tiny else 4096)
if options.device == "cpu":
    os.environ["JAX_PLATFORMS"] = "cpu"
elif options.flags:
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {options.flags}".strip()

import jax
import jax.numpy as jnp
import jaxlib
import numpy as np
from jax import lax

from common import (
    SMALL,
    TINY,
    Report,
    active_parameters,
    config_of,
    flops_a_token,
    inverse_frequencies,
    softmax_scale,
)

if "verify" in options.what:
    jax.config.update("jax_default_matmul_precision", "highest")


# ---------------------------------------------------------------------------------------------------------------------
# Operations


def linear(x, w):
    """x [..., in], w [out, in]"""
    return lax.dot_general(x, w, (((x.ndim - 1,), (1,)), ((), ())))


def norm(x, gain, eps):
    x32 = x.astype(jnp.float32)
    return (x32 * lax.rsqrt(jnp.mean(x32 * x32, -1, keepdims=True) + eps)).astype(x.dtype) * gain


def gated_silu(gate_up):
    gate, up = jnp.split(gate_up, 2, -1)
    return jax.nn.silu(gate) * up


def rotary_tables(c, length):
    """cos and sin [T, 1, rope/2]"""
    frequencies, scale = inverse_frequencies(c)
    angle = np.arange(length)[:, None, None] * np.array(frequencies)
    return jnp.asarray(np.cos(angle) * scale, jnp.float32), jnp.asarray(np.sin(angle) * scale, jnp.float32)


def rotate(x, cos, sin):
    """Adjacent pairs of the last dimension by their position's angle. x [B, T, heads, rope]"""
    pairs = x.astype(jnp.float32).reshape(*x.shape[:-1], -1, 2)
    a, b = pairs[..., 0], pairs[..., 1]
    return jnp.stack((a * cos - b * sin, b * cos + a * sin), -1).reshape(x.shape).astype(x.dtype)


def plain_attention(q, k, v, scale):
    """The definition. q, k [B, T, H, qk], v [B, T, H, value]"""
    scores = jnp.einsum("bqhd,bkhd->bhqk", q, k, preferred_element_type=jnp.float32) * scale
    length = q.shape[1]
    scores = jnp.where(jnp.tril(jnp.ones((length, length), bool)), scores, -jnp.inf)
    return jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores).astype(v.dtype), v)


def cudnn_attention(q, k, v, scale):
    from jax._src.cudnn.fused_attention_stablehlo import MaskType, dot_product_attention

    return dot_product_attention(q, k, v, scale=scale, mask_type=MaskType.CAUSAL)


def cudnn_padded_attention(q, k, v, scale):
    """Public interface, which wants values as wide as the queries."""
    width = v.shape[-1]
    v = jnp.pad(v, ((0, 0), (0, 0), (0, 0), (0, q.shape[-1] - width)))
    return jax.nn.dot_product_attention(q, k, v, scale=scale, is_causal=True, implementation="cudnn")[..., :width]


ATTENTIONS = {"cudnn": cudnn_attention, "cudnn-padded": cudnn_padded_attention, "plain": plain_attention}


def rows(x, at):
    """Rows of x, zero where `at` is past the end."""
    return x.at[at].get(mode="fill", fill_value=0)


@jax.custom_vjp
def dispatch(x_ND, token_EC, slot_NK):
    """Rows of tokens into the experts' rows; backwards each token sums its rows. Gathers both ways."""
    return rows(x_ND, token_EC)


dispatch.defvjp(
    lambda x, token, slot: (rows(x, token), slot),
    lambda slot, g: (rows(g.reshape(-1, g.shape[-1]), slot).sum(1), None, None),
)


@jax.custom_vjp
def combine(y_ECD, token_EC, slot_NK):
    """Each token sums its rows; backwards rows of tokens into the experts' rows."""
    return rows(y_ECD.reshape(-1, y_ECD.shape[-1]), slot_NK).sum(1)


combine.defvjp(
    lambda y, token, slot: (rows(y.reshape(-1, y.shape[-1]), slot).sum(1), token),
    lambda token, g: (rows(g, token), None, None),
)


@jax.custom_vjp
def permute(gates_NK, assignment_EC, slot_NK):
    """Gates into the experts' rows, 0 into unused ones."""
    return rows(gates_NK.reshape(-1), assignment_EC)


permute.defvjp(
    lambda gates, assignment, slot: (rows(gates.reshape(-1), assignment), slot),
    lambda slot, g: (rows(g.reshape(-1), slot), None, None),
)


def slot_maps(chosen_NK, experts, capacity):
    """Assignment and token of each of the experts' rows [E, C] (past the end where unused), row of each assignment [N, K]
    (past the end where it is dropped), and how many tokens chose each expert [E]."""
    N, K = chosen_NK.shape
    flat = chosen_NK.reshape(-1)
    ids = jnp.arange(experts, dtype=jnp.int32)
    place = jnp.arange(N * K, dtype=jnp.int32)
    load = (flat[:, None] == ids).sum(0, dtype=jnp.int32)
    start = jnp.cumsum(load) - load
    _, order = lax.sort((flat, place), num_keys=1, is_stable=True)
    _, position = lax.sort((order, place), num_keys=1)
    rank = position - start[flat]
    slot_NK = jnp.where(rank < capacity, flat * capacity + rank, experts * capacity).reshape(N, K)
    column = jnp.arange(capacity, dtype=jnp.int32)
    used = column < load[:, None]
    assignment_EC = jnp.where(used, order[jnp.minimum(start[:, None] + column, N * K - 1)], N * K)
    return assignment_EC, assignment_EC // K, slot_NK, load


@functools.partial(jax.custom_vjp, nondiff_argnums=(3,))
def cross_entropy(h_ND, head_VD, targets_N, chunks):
    return cross_entropy_forward(h_ND, head_VD, targets_N, chunks)[0]


def cross_entropy_forward(h_ND, head_VD, targets_N, chunks):
    """Mean over the tokens. Logits exist for one chunk of tokens at a time; their gradient is made in the same pass."""
    weight = 1 / h_ND.shape[0]
    total, d_hidden, d_head = 0.0, [], 0.0
    for h, target in zip(jnp.split(h_ND, chunks), jnp.split(targets_N, chunks)):
        logits = linear(h, head_VD).astype(jnp.float32)
        lse = jax.nn.logsumexp(logits, -1, keepdims=True)
        total += (lse - jnp.take_along_axis(logits, target[:, None], 1)).sum()
        one_hot = target[:, None] == jnp.arange(head_VD.shape[0], dtype=target.dtype)
        g = ((jnp.exp(logits - lse) - one_hot) * weight).astype(h.dtype)
        d_hidden.append(g @ head_VD)
        d_head += lax.dot_general(g, h, (((0,), (0,)), ((), ())), preferred_element_type=jnp.float32)
    return total * weight, (jnp.concatenate(d_hidden), d_head.astype(head_VD.dtype))


def cross_entropy_backward(chunks, saved, g):
    d_hidden, d_head = saved
    return d_hidden * g.astype(d_hidden.dtype), d_head * g.astype(d_head.dtype), None


cross_entropy.defvjp(cross_entropy_forward, cross_entropy_backward)


# ---------------------------------------------------------------------------------------------------------------------
# The model


def shapes(c):
    """Tree of (shape, kind); projections that share an input are one matrix, as in the PyTorch peer."""
    matrix = lambda *shape: (shape, "matrix")
    gain = lambda size: ((size,), "gain")
    layers = []
    for layer in range(c.layers):
        w = {
            "norm1": gain(c.hidden),
            "down": matrix(c.q_rank + c.kv_rank + c.rope, c.hidden),
            "q_norm": gain(c.q_rank),
            "kv_norm": gain(c.kv_rank),
            "q_b": matrix(c.heads * c.qk, c.q_rank),
            "kv_b": matrix(c.heads * (c.nope + c.value), c.kv_rank),
            "o": matrix(c.hidden, c.heads * c.value),
            "norm2": gain(c.hidden),
        }
        if layer < c.dense_layers:
            w |= {"gate_up": matrix(2 * c.dense_width, c.hidden), "mlp_down": matrix(c.hidden, c.dense_width)}
        else:
            w |= {
                "router": matrix(c.experts, c.hidden),
                "bias": ((c.experts,), "bias"),
                "experts_gate_up": matrix(c.experts, 2 * c.expert_width, c.hidden),
                "experts_down": matrix(c.experts, c.hidden, c.expert_width),
                "shared_gate_up": matrix(2 * c.shared_width, c.hidden),
                "shared_down": matrix(c.hidden, c.shared_width),
            }
        layers.append(w)
    table = matrix(c.vocab, c.hidden)
    return {"embedding": table, "layers": layers, "norm": gain(c.hidden), "head": table}


def is_spec(x):
    return isinstance(x, tuple) and isinstance(x[0], tuple)


def initial(c, dtype, seed):
    """Random weights, and apart from them the routers' biases, which have no gradient."""
    make = jax.jit(lambda key, shape: (c.deviation * jax.random.normal(key, shape)).astype(dtype), static_argnums=1)
    keys = iter(jax.random.split(jax.random.key(seed), 1000))
    values = {"matrix": lambda shape: make(next(keys), shape), "gain": lambda shape: jnp.ones(shape, dtype)}
    values["bias"] = lambda shape: jnp.zeros(shape, jnp.float32)
    return jax.tree.map(lambda spec: values[spec[1]](spec[0]), shapes(c), is_leaf=is_spec)


def attend(c, w, x_BTD, cos, sin, attention):
    B, T, _ = x_BTD.shape
    q_latent, kv_latent, k_rope = jnp.split(linear(x_BTD, w["down"]), (c.q_rank, c.q_rank + c.kv_rank), -1)
    q = linear(norm(q_latent, w["q_norm"], c.eps), w["q_b"]).reshape(B, T, c.heads, c.qk)
    kv = linear(norm(kv_latent, w["kv_norm"], c.eps), w["kv_b"]).reshape(B, T, c.heads, c.nope + c.value)
    k_nope, v = jnp.split(kv, (c.nope,), -1)
    k_rope = jnp.broadcast_to(rotate(k_rope.reshape(B, T, 1, c.rope), cos, sin), (B, T, c.heads, c.rope))
    q = jnp.concatenate((q[..., : c.nope], rotate(q[..., c.nope :], cos, sin)), -1)
    k = jnp.concatenate((k_nope, k_rope), -1)
    out = ATTENTIONS[attention](q, k, v, softmax_scale(c))
    return linear(out.reshape(B, T, c.heads * c.value), w["o"])


def moe(c, w, x_ND, capacity):
    product = (lambda x, y: linear(x.astype(jnp.float32), y.astype(jnp.float32))) if options.router == "float32" else linear
    scores = jax.nn.sigmoid(product(x_ND, w["router"]).astype(jnp.float32))
    _, chosen = lax.top_k(lax.stop_gradient(scores) + w["bias"], c.choices)
    # A sum over a one-hot: the gradient of a gather would be a scatter.
    picked = jnp.where(chosen[..., None] == jnp.arange(c.experts), scores[:, None, :], 0).sum(-1)
    gates = picked / (picked.sum(-1, keepdims=True) + 1e-20) * c.gate_scale
    assignment, token, slot, load = slot_maps(chosen, c.experts, capacity)
    x = dispatch(x_ND, token, slot)
    gate = permute(gates, assignment, slot)[..., None]
    # The gate multiplies the narrow row, which is the same since the down projection is linear.
    hidden = (gated_silu(jnp.einsum("ecd,efd->ecf", x, w["experts_gate_up"])) * gate).astype(x.dtype)
    y = combine(jnp.einsum("ecf,edf->ecd", hidden, w["experts_down"]), token, slot)
    y = y + linear(gated_silu(linear(x_ND, w["shared_gate_up"])), w["shared_down"])
    return y, jnp.maximum(load - capacity, 0).sum()


def hidden_states(c, params, ids, attention, factor):
    """Final hidden states [N, D] and how many assignments went over the experts' capacity."""
    B, T = ids.shape
    cos, sin = rotary_tables(c, T)
    mean = B * T * c.choices / c.experts
    capacity = min(B * T, math.ceil(mean * factor / 8) * 8)
    h = params["embedding"][ids]
    dropped = 0
    for w in params["layers"]:
        h = h + attend(c, w, norm(h, w["norm1"], c.eps), cos, sin, attention)
        x = norm(h, w["norm2"], c.eps)
        if "router" in w:
            y, over = moe(c, w, x.reshape(B * T, -1), capacity)
            h, dropped = h + y.reshape(h.shape), dropped + over
        else:
            h = h + linear(gated_silu(linear(x, w["gate_up"])), w["mlp_down"])
    return norm(h, params["norm"], c.eps).reshape(B * T, -1), dropped


def loss_of(c, params, ids, targets, attention, factor):
    h, dropped = hidden_states(c, params, ids, attention, factor)
    return cross_entropy(h, params["head"], targets.reshape(-1), options.loss_chunks), dropped


# ---------------------------------------------------------------------------------------------------------------------
# Figures


def measure(run, count, calls=4):
    """Milliseconds of a call, `count` times, each the mean of `calls` without waiting between them."""
    for _ in range(2):
        jax.block_until_ready(run())
    times = []
    for _ in range(count):
        start = time.perf_counter()
        for _ in range(calls):
            out = run()
        jax.block_until_ready(out)
        times.append((time.perf_counter() - start) * 1e3 / calls)
    return times


class Bench:
    def __init__(self):
        device = jax.devices()[0]
        versions = {"jax": jax.__version__, "jaxlib": jaxlib.__version__}
        if device.platform != "cpu":
            versions["platform"] = " ".join(device.client.platform_version.split())
            versions["flags"] = os.environ.get("XLA_FLAGS", "")
        self.device, self.rate = device, options.product_tflops
        self.c = TINY if options.tiny else SMALL
        stats = lambda: (device.memory_stats() or {}).get("peak_bytes_in_use")
        name = device.device_kind if device.platform != "cpu" else platform.processor() or platform.machine()
        self.report = Report(name, versions, options.json, False, stats)
        self.chosen = options.attention

    def random(self, seed, *shape):
        return jax.random.normal(jax.random.key(seed), shape, jnp.bfloat16)

    def product(self):
        size = 256 if options.tiny else 8192
        a, b = self.random(1, size, size), self.random(2, size, size)
        run = jax.jit(jnp.matmul)
        times = measure(lambda: run(a, b), 10, 10)
        self.rate = 2 * size**3 / statistics.median(times) / 1e9
        self.report.add(f"product {size}³ bf16", times, tflops=self.rate)

    def attention(self):
        """The fastest that runs and agrees with the definition is what the model uses."""
        if self.device.platform == "cpu":
            self.chosen = self.chosen or "plain"
            return
        c, B, T = self.c, options.sequences, options.length
        flops = 3.5 * 2 * B * c.heads * T * T / 2 * (c.qk + c.value)
        best = math.inf
        for name in ("cudnn", "cudnn-padded"):
            try:

                def grads(q, k, v, g, name=name):
                    out, back = jax.vjp(lambda *x: ATTENTIONS[name](*x, softmax_scale(c)), q, k, v)
                    return out, *back(g)

                make = lambda b, t, h: [
                    self.random(i, b, t, h, width) for i, width in enumerate((c.qk, c.qk, c.value, c.value))
                ]
                small = make(2, 256, 2)
                expected = jax.jit(functools.partial(grads, name="plain"))(*(x.astype(jnp.float32) for x in small))
                found = jax.jit(grads)(*small)
                error = max(float(jnp.abs(a - b).max() / jnp.abs(b).max()) for a, b in zip(found, expected))
                if not error < 0.05:
                    raise RuntimeError(f"{name}: relative error {error:.3f}")
                run, inputs = jax.jit(grads), make(B, T, c.heads)
                times = measure(lambda: run(*inputs), 5)
                ms = statistics.median(times)
                note = f"{B}×{T}, {c.heads} heads, {c.qk}/{c.value}, causal; worst relative error {error:.1e}"
                self.report.add(f"attention fwd+bwd {name}", times, note, tflops=flops / ms / 1e9)
                if ms < best:
                    best, fastest = ms, name
            except Exception as error:
                self.report.say(f"attention {name}: {type(error).__name__}: {str(error).splitlines()[0][:300]}")
        if not self.chosen:
            self.chosen = fastest if best < math.inf else "plain"
        self.report.say(f"attention: the model uses {self.chosen}")

    def fwdbwd(self):
        if not self.chosen:
            self.attention()
        if not self.rate:
            self.product()
        c = self.c
        params = initial(c, jnp.bfloat16, options.seed)
        count = sum(x.size for x in jax.tree.leaves(params))
        self.report.say(
            f"model: {count / 1e6:.1f}M parameters, {active_parameters(c) / 1e6:.1f}M active, attention {self.chosen}, "
            f"router product in {options.router}"
        )
        ids = jax.random.randint(jax.random.key(7), (options.sequences, options.length + 1), 0, c.vocab)
        ids, targets = ids[:, :-1], ids[:, 1:]
        tokens = ids.size
        flops = flops_a_token(c, options.length) * tokens
        for factor in options.capacity:
            loss = functools.partial(loss_of, c, attention=self.chosen, factor=factor)
            start = time.perf_counter()
            step = jax.jit(jax.value_and_grad(loss, has_aux=True)).lower(params, ids, targets).compile()
            seconds = time.perf_counter() - start
            (value, dropped), grads = step(params, ids, targets)
            finite = all(bool(jnp.isfinite(x).all()) for x in jax.tree.leaves(grads))
            if not finite:
                raise RuntimeError("a gradient is not finite")
            del grads
            memory = step.memory_analysis()
            planned = {}
            if memory is not None:
                sizes = (memory.argument_size_in_bytes, memory.output_size_in_bytes, memory.temp_size_in_bytes)
                planned = {"plannedGiB": (sum(sizes) - memory.alias_size_in_bytes) / 2**30, "temporaryGiB": sizes[2] / 2**30}
            times = measure(lambda: step(params, ids, targets), options.count)
            ms = statistics.median(times)
            share = float(dropped) / (tokens * c.choices * max(1, c.layers - c.dense_layers))
            self.report.add(
                f"fwdbwd capacity {factor:g}", times,
                f"{options.sequences}×{options.length}, bf16 weights; loss {float(value):.4f}, {share:.2%} of the "
                f"assignments dropped",
                tokensPerSecond=tokens / ms * 1e3, tflops=flops / ms / 1e9, shareOfProduct=flops / ms / 1e9 / self.rate,
                compileSeconds=round(seconds, 1), **planned,
            )  # fmt: skip

    def verify(self):
        """Logits, loss and gradients against a directory of reference tensors, with room for every assignment."""
        at = lambda name: os.path.join(options.fixture, name)
        c = config_of(json.load(open(at("config.json"))))
        options.router, settings = "float32", json.load(open(at("reference.json")))
        params = fused(c, read_safetensors(at("model.safetensors")))
        seen = read_safetensors(at("activations.safetensors"))
        ids, targets = (jnp.asarray(seen[name].astype(np.int32)) for name in ("input_ids", "target_ids"))
        room = c.experts / c.choices
        loss = functools.partial(loss_of, c, attention="plain", factor=room)
        (value, dropped), grads = jax.jit(jax.value_and_grad(loss, has_aux=True))(params, ids, targets)
        hidden, _ = hidden_states(c, params, ids, "plain", room)
        logits = linear(hidden, params["head"]).reshape(seen["logits"].shape)
        theirs = read_safetensors(at("grads.safetensors"))
        for layer in range(c.dense_layers, c.layers):
            theirs[f"model.layers.{layer}.mlp.gate.e_score_correction_bias"] = np.zeros(c.experts, np.float32)
        apart = jax.tree.map(lambda a, b: float(jnp.abs(a - b).max() / (jnp.abs(b).max() + 1e-30)), grads, fused(c, theirs))
        checks = [
            ("logits", float(jnp.abs(logits - seen["logits"]).max()), 1e-4),
            ("loss", abs(float(value) - settings["loss_initial"]), 1e-4),
            ("gradients, relative", max(jax.tree.leaves(apart)), 1e-3),
            ("assignments dropped", float(dropped), 0),
        ]
        for name, found, bound in checks:
            self.report.say(f"{'ok  ' if found <= bound else 'FAIL'} {name:<28} {found:.2e} (bound {bound:.0e})")
        if any(not found <= bound for _, found, bound in checks):
            raise RuntimeError("the model is not the reference's")


def read_safetensors(path):
    types = {"F32": np.float32, "I32": np.int32, "I64": np.int64}
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], types[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def fused(c, tensors):
    """A checkpoint of the released layout as this model's tree."""
    get = lambda name: jnp.asarray(tensors[f"{name}.weight"])
    both = lambda *names: jnp.concatenate([get(name) for name in names])
    layers = []
    for layer in range(c.layers):
        at, mlp = f"model.layers.{layer}.self_attn", f"model.layers.{layer}.mlp"
        w = {
            "norm1": get(f"model.layers.{layer}.input_layernorm"),
            "down": both(f"{at}.q_a_proj", f"{at}.kv_a_proj_with_mqa"),
            "q_norm": get(f"{at}.q_a_layernorm"),
            "kv_norm": get(f"{at}.kv_a_layernorm"),
            "q_b": get(f"{at}.q_b_proj"),
            "kv_b": get(f"{at}.kv_b_proj"),
            "o": get(f"{at}.o_proj"),
            "norm2": get(f"model.layers.{layer}.post_attention_layernorm"),
        }
        pair = lambda name: both(f"{name}.gate_proj", f"{name}.up_proj")
        if layer < c.dense_layers:
            w |= {"gate_up": pair(mlp), "mlp_down": get(f"{mlp}.down_proj")}
        else:
            experts = [f"{mlp}.experts.{expert}" for expert in range(c.experts)]
            w |= {
                "router": get(f"{mlp}.gate"),
                "bias": jnp.asarray(tensors[f"{mlp}.gate.e_score_correction_bias"]),
                "experts_gate_up": jnp.stack([pair(name) for name in experts]),
                "experts_down": jnp.stack([get(f"{name}.down_proj") for name in experts]),
                "shared_gate_up": pair(f"{mlp}.shared_experts"),
                "shared_down": get(f"{mlp}.shared_experts.down_proj"),
            }
        layers.append(w)
    return {
        "embedding": get("model.embed_tokens"),
        "layers": layers,
        "norm": get("model.norm"),
        "head": get("lm_head"),
    }


def main():
    bench, failed = Bench(), False
    start = time.perf_counter()
    for what in options.what:
        try:
            getattr(bench, what)()
        except Exception:
            failed = True
            print(f"{what} failed:\n{traceback.format_exc()}", flush=True)
    bench.report.write()
    bench.report.say(f"{time.perf_counter() - start:.1f} s in all")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
