"""The PyTorch peer of tsukimi on a GPU: the same model, optimizer and step, as fast as PyTorch makes them.

    python bench/gpu/torch_reference.py --what product grouped attention fwdbwd optimizer step --json torch.json
    torchrun --nproc-per-node 2 bench/gpu/torch_reference.py --what step --parallel ddp
    python bench/gpu/torch_reference.py --what verify --fixture test/fixtures/k2-tiny --device cpu

Legend of shapes: B sequences, T positions, N = B·T tokens, D hidden, H heads, E experts, K experts a token,
F expert width, V vocabulary, S slots (token, choice) sorted by expert, L layers.
"""

import argparse
import dataclasses
import json
import math
import os
import platform
import statistics
import sys
import time
import traceback

import torch
import torch.distributed as dist
import torch.nn.functional as F

from common import SMALL, TINY, Report, active_parameters, config_of, flops_a_token, inverse_frequencies, softmax_scale

aten = torch.ops.aten


# ---------------------------------------------------------------------------------------------------------------------
# Measuring


def measure(run, device, count=10, warmup=3):
    """Milliseconds of each of `count` calls, without waiting between them."""
    for _ in range(warmup):
        run()
    if device.type != "cuda":
        times = []
        for _ in range(count):
            start = time.perf_counter()
            run()
            times.append((time.perf_counter() - start) * 1e3)
        return times
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    marks = [torch.cuda.Event(enable_timing=True) for _ in range(count + 1)]
    marks[0].record()
    for mark in marks[1:]:
        run()
        mark.record()
    torch.cuda.synchronize()
    return [a.elapsed_time(b) for a, b in zip(marks, marks[1:])]


def release(device):
    import gc

    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


# ---------------------------------------------------------------------------------------------------------------------
# Operations


def rotary_tables(c, length, device):
    """cos and sin [T, 1, rope/2]."""
    frequencies, scale = inverse_frequencies(c)
    angle = torch.arange(length, dtype=torch.float64)[:, None] * torch.tensor(frequencies, dtype=torch.float64)
    table = lambda x: (x * scale).float()[:, None, :].to(device)
    return table(angle.cos()), table(angle.sin())


def rotate(x, cos, sin):
    """Adjacent pairs of the last dimension by their position's angle. x [B, T, heads, rope]"""
    a, b = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack((a * cos - b * sin, b * cos + a * sin), -1).flatten(-2).to(x.dtype)


def norm(x, gain, eps):
    return F.rms_norm(x, (x.shape[-1],), gain, eps)


def gated_silu(gate_up):
    gate, up = gate_up.chunk(2, -1)
    return F.silu(gate) * up


def plain_attention(q, k, v, scale):
    """The definition; returns exact maxima [H] in the bound's place."""
    length = q.shape[-2]
    seen = torch.ones(length, length, dtype=torch.bool, device=q.device).tril()
    scores = ((q @ k.transpose(-1, -2)).float() * scale).masked_fill(~seen, float("-inf"))
    return scores.softmax(-1).to(v.dtype) @ v, scores.detach().amax((0, 2, 3))


def cudnn_attention(q, k, v, scale):
    out = aten._scaled_dot_product_cudnn_attention(q, k, v, None, True, 0.0, True, False, scale=scale)
    return out[0], out[1].detach().amax((0, 2)).reshape(-1)


def padded(attention):
    def run(q, k, v, scale):
        width = v.shape[-1]
        out, bound = attention(q, k, F.pad(v, (0, q.shape[-1] - width)), scale)
        return out[..., :width], bound

    return run


def flash_attention(q, k, v, scale):
    out = aten._scaled_dot_product_flash_attention(q, k, v, 0.0, True, False, scale=scale)
    return out[0], out[1].detach().amax((0, 2))


def efficient_attention(q, k, v, scale):
    out = aten._scaled_dot_product_efficient_attention(q, k, v, None, True, 0.0, True, scale=scale)
    return out[0], out[1].detach().amax((0, 2))


# Each: (q, k [B,H,T,qk], v [B,H,T,value], scale) to the output and a bound [H] of each head's largest logit: the largest
# log-sum-exp of a row, which is at most ln T above it.
ATTENTIONS = {
    "cudnn": cudnn_attention,
    "cudnn-padded": padded(cudnn_attention),
    "flash-padded": padded(flash_attention),
    "efficient": efficient_attention,
    "plain": plain_attention,
}


@torch.no_grad()
def exact_max_logits(q, k, scale, rows=512):
    """Largest causal logit of each head, [H], in blocks of queries."""
    best = torch.full((q.shape[1],), float("-inf"), device=q.device)
    columns = torch.arange(k.shape[2], device=q.device)
    for start in range(0, q.shape[2], rows):
        end = min(start + rows, q.shape[2])
        scores = (q[:, :, start:end] @ k[:, :, :end].transpose(-1, -2)).float() * scale
        hidden = columns[None, :end] > columns[start:end, None]
        best = torch.maximum(best, scores.masked_fill(hidden, float("-inf")).amax((0, 2, 3)))
    return best


def grouped_loop(x, w, ends):
    """Product of each group of rows with its own matrix, one after the other: what grouped_mm replaces."""
    out, start = [], 0
    for group, end in enumerate(ends.tolist()):
        out.append(x[start:end] @ w[group])
        start = end
    return torch.cat([*out, x.new_zeros(x.shape[0] - start, w.shape[-1])])


def grouped_linear(x_SI, w_EOI, ends_E):
    """Rows of expert e (those before ends[e]) times w[e]ᵀ; rows after the last end are left undefined."""
    w = w_EOI.transpose(-2, -1)
    if hasattr(torch, "_grouped_mm"):
        return torch._grouped_mm(x_SI, w, ends_E)
    if hasattr(F, "grouped_mm"):
        return F.grouped_mm(x_SI, w, offs=ends_E)
    return grouped_loop(x_SI, w, ends_E)


class Dispatch(torch.autograd.Function):
    """Rows of tokens into slots; backwards each token sums its slots. Gathers both ways: no atomics."""

    @staticmethod
    def forward(ctx, x_ND, token_S, slot_NK):
        ctx.save_for_backward(slot_NK)
        return x_ND[token_S]

    @staticmethod
    def backward(ctx, g_SD):
        (slot_NK,) = ctx.saved_tensors
        return g_SD[slot_NK].sum(1), None, None


class Combine(torch.autograd.Function):
    """Each token sums its slots; backwards rows of tokens into slots."""

    @staticmethod
    def forward(ctx, y_SD, token_S, slot_NK):
        ctx.save_for_backward(token_S)
        return y_SD[slot_NK].sum(1)

    @staticmethod
    def backward(ctx, g_ND):
        (token_S,) = ctx.saved_tensors
        return g_ND[token_S], None, None


class Permute(torch.autograd.Function):
    """Gates into slots, 0 into slots that only pad a group."""

    @staticmethod
    def forward(ctx, gates_NK, assignment_S, slot_NK):
        ctx.save_for_backward(slot_NK)
        flat = gates_NK.reshape(-1)
        used = assignment_S < flat.shape[0]
        return torch.where(used, flat[torch.where(used, assignment_S, 0)], 0.0)

    @staticmethod
    def backward(ctx, g_S):
        (slot_NK,) = ctx.saved_tensors
        return g_S[slot_NK], None, None


@torch.no_grad()
def slot_maps(chosen_NK, experts, align):
    """Slots of the assignments sorted by expert, every group of rows padded to a multiple of `align`.

    Returns the assignment of each slot (N·K where it only pads), its token (0 there), the slot of each assignment
    [N, K], the end of each expert's rows i32 [E] and the tokens that each expert got [E].
    """
    N, K = chosen_NK.shape
    flat = chosen_NK.reshape(-1)
    ids = torch.arange(experts, device=flat.device)
    load = (flat[:, None] == ids).sum(0)
    # Few bits to sort by: one pass of a radix sort instead of eight.
    by_expert, order = flat.to(torch.uint8 if experts <= 256 else torch.int16).sort(stable=True)
    slots = torch.arange(N * K, device=flat.device)
    # With padding no group is empty: kernels for groups along the contraction differ in what they make of none.
    room = (load.clamp(min=1) + align - 1) // align * align if align > 1 else load
    ends = room.cumsum(0)
    if align > 1:
        slots = slots + ((ends - room) - (load.cumsum(0) - load))[by_expert.long()]
    slot_NK = torch.zeros_like(flat).scatter(0, order, slots).view(N, K)
    size = N * K + (experts * align if align > 1 else 0)
    assignment_S = torch.full((size,), N * K, device=flat.device).scatter(0, slots, order)
    token_S = torch.where(assignment_S < N * K, assignment_S // K, 0)
    return assignment_S, token_S, slot_NK, ends.to(torch.int32), load


class ChunkedCrossEntropy(torch.autograd.Function):
    """`weight` · Σ nll. Logits exist for one chunk of tokens at a time; their gradient is made in the same pass."""

    @staticmethod
    def forward(ctx, h_ND, head_VD, targets_N, weight, chunks):
        ids = torch.arange(head_VD.shape[0], device=h_ND.device)
        total, d_hidden, d_head = h_ND.new_zeros((), dtype=torch.float32), [], None
        for h, target in zip(h_ND.chunk(chunks), targets_N.chunk(chunks)):
            logits = (h @ head_VD.t()).float()
            lse = logits.logsumexp(-1, keepdim=True)
            total = total + (lse - logits.gather(1, target[:, None])).sum()
            g = (((logits - lse).exp() - (ids == target[:, None]).float()) * weight).to(h.dtype)
            d_hidden.append(g @ head_VD)
            part = g.t() @ h
            d_head = part if d_head is None else d_head.float() + part.float()
        ctx.save_for_backward(torch.cat(d_hidden), d_head.to(head_VD.dtype))
        return total * weight

    @staticmethod
    def backward(ctx, g):
        d_hidden, d_head = ctx.saved_tensors
        return d_hidden * g.to(d_hidden.dtype), d_head * g.to(d_head.dtype), None, None, None


# ---------------------------------------------------------------------------------------------------------------------
# The model


@dataclasses.dataclass
class Family:
    """Same-shaped weights of some layers in one tensor [S, rows, columns], cut into `parts` of rows for Muon."""

    name: str
    weights: torch.Tensor
    parts: tuple
    members: list  # leaf tensors of the model, views of `weights` in order


class Model:
    """Weights in the compute type and the functions over them.

    Projections that share an input are one matrix (`down`: q_a and kv_a; gate and up): Muon takes them apart again.
    """

    def __init__(self, c, options, dtype=torch.bfloat16):
        self.c, self.options, self.dtype, self.device = c, options, dtype, options.device
        self.generator = torch.Generator(self.device).manual_seed(options.seed)
        moe = range(c.dense_layers, c.layers)
        everywhere = range(c.layers)
        self.layers = [{} for _ in everywhere]
        kinds = [
            ("down", everywhere, c.q_rank + c.kv_rank + c.rope, c.hidden, (c.q_rank, c.kv_rank + c.rope)),
            ("q_b", everywhere, c.heads * c.qk, c.q_rank, None),
            ("kv_b", everywhere, c.heads * (c.nope + c.value), c.kv_rank, None),
            ("o", everywhere, c.hidden, c.heads * c.value, None),
            ("gate_up", range(c.dense_layers), 2 * c.dense_width, c.hidden, (c.dense_width,) * 2),
            ("mlp_down", range(c.dense_layers), c.hidden, c.dense_width, None),
            ("router", moe, c.experts, c.hidden, None),
            ("shared_gate_up", moe, 2 * c.shared_width, c.hidden, (c.shared_width,) * 2),
            ("shared_down", moe, c.hidden, c.shared_width, None),
        ]
        kinds = [kind for kind in kinds if len(kind[1]) > 0 and min(kind[2], kind[3]) > 0]
        # All matrices but the routed experts in one buffer: element-wise work on them is one call.
        self.matrices = self.normal(sum(len(at) * rows * columns for _, at, rows, columns, _ in kinds))
        self.families, start = {}, 0
        for name, at, rows, columns, parts in kinds:
            size = len(at) * rows * columns
            stack = self.matrices[start : start + size].view(len(at), rows, columns)
            start += size
            members = [self.leaf(stack[i]) for i in range(len(at))]
            self.families[name] = Family(name, stack, parts or (rows,), members)
            for layer, member in zip(at, members):
                self.layers[layer][name] = member
        self.experts = []
        for layer in moe:
            for name, rows, columns, parts in (
                ("experts_gate_up", 2 * c.expert_width, c.hidden, (c.expert_width,) * 2),
                ("experts_down", c.hidden, c.expert_width, (c.hidden,)),
            ):
                member = self.leaf(self.normal(c.experts, rows, columns))
                self.layers[layer][name] = member
                self.experts.append(Family(f"{layer}.{name}", member.detach(), parts, [member]))
            self.layers[layer]["bias"] = torch.zeros(c.experts, device=self.device)
        gains = [(layer, name) for layer in everywhere for name in ("norm1", "q_norm", "kv_norm", "norm2")]
        widths = {"norm1": c.hidden, "q_norm": c.q_rank, "kv_norm": c.kv_rank, "norm2": c.hidden}
        self.gains = torch.ones(sum(widths[name] for _, name in gains) + c.hidden, device=self.device, dtype=dtype)
        self.gain_members, start = [], 0
        for layer, name in [*gains, (None, "norm")]:
            width = widths.get(name, c.hidden)
            member = self.leaf(self.gains[start : start + width])
            start += width
            self.gain_members.append(member)
            if layer is None:
                self.norm = member
            else:
                self.layers[layer][name] = member
        self.embedding = self.leaf(self.normal(c.vocab, c.hidden))
        self.head = self.leaf(self.normal(c.vocab, c.hidden))
        self.attention = options.attention or "plain"
        self.tables = {}

    def normal(self, *shape):
        out = torch.empty(shape, device=self.device, dtype=self.dtype)
        return out.normal_(0, self.c.deviation, generator=self.generator)

    @staticmethod
    def leaf(x):
        return x.detach().requires_grad_()

    def leaves(self):
        every = [*self.families.values(), *self.experts]
        return [member for family in every for member in family.members] + [
            *self.gain_members,
            self.embedding,
            self.head,
        ]

    def parameter_count(self):
        return sum(leaf.numel() for leaf in self.leaves())

    def attend(self, w, x_BTD, cos, sin):
        c = self.c
        B, T, _ = x_BTD.shape
        q_latent, kv_latent, k_rope = F.linear(x_BTD, w["down"]).split((c.q_rank, c.kv_rank, c.rope), -1)
        q = F.linear(norm(q_latent, w["q_norm"], c.eps), w["q_b"]).view(B, T, c.heads, c.qk)
        kv = F.linear(norm(kv_latent, w["kv_norm"], c.eps), w["kv_b"]).view(B, T, c.heads, c.nope + c.value)
        k_nope, v = kv.split((c.nope, c.value), -1)
        k_rope = rotate(k_rope.view(B, T, 1, c.rope), cos, sin).expand(B, T, c.heads, c.rope)
        q = torch.cat((q[..., : c.nope], rotate(q[..., c.nope :], cos, sin)), -1).transpose(1, 2)
        k = torch.cat((k_nope, k_rope), -1).transpose(1, 2)
        # A value of its own strides makes some backends copy; this copy joins the splitting.
        v = v.contiguous().transpose(1, 2)
        scale = softmax_scale(c)
        out, bound = ATTENTIONS[self.attention](q, k, v, scale)
        if self.options.max_logits == "exact" and self.attention != "plain":
            bound = exact_max_logits(q, k, scale)
        return F.linear(out.transpose(1, 2).reshape(B, T, c.heads * c.value), w["o"]), bound

    def route(self, w, x_ND, batch):
        """Gates and experts [N, K], and the sequence-wise balance loss if it is trained with."""
        c = self.c
        if self.options.router == "float32":
            scores = F.linear(x_ND.float(), w["router"].float()).sigmoid()
        else:
            scores = F.linear(x_ND, w["router"]).float().sigmoid()
        biased = scores.detach() + w["bias"]
        chosen = best(biased, c.choices, self.options.top_k)
        picked = scores.gather(1, chosen)
        gates = picked / (picked.sum(-1, keepdim=True) + 1e-20) * c.gate_scale
        balance = scores.new_zeros(())
        if self.options.balance_loss > 0:
            T = x_ND.shape[0] // batch
            top = best(scores.detach(), c.choices, self.options.top_k).reshape(batch, -1)
            ids = torch.arange(c.experts, device=top.device)
            f_BE = (top[..., None] == ids).sum(1).float() * (c.experts / (c.choices * T))
            p_BE = (scores / scores.sum(-1, keepdim=True)).view(batch, T, c.experts).mean(1)
            balance = (f_BE * p_BE).sum() / batch
        return gates, chosen, balance

    def moe(self, w, x_ND, batch):
        c = self.c
        gates, chosen, balance = self.route(w, x_ND, batch)
        assignment_S, token_S, slot_NK, ends, load = slot_maps(chosen, c.experts, self.options.align)
        x_SD = Dispatch.apply(x_ND, token_S, slot_NK)
        gate_S = Permute.apply(gates, assignment_S, slot_NK)
        hidden = gated_silu(grouped_linear(x_SD, w["experts_gate_up"], ends))
        # The gate multiplies the narrow row, which is the same since the down projection is linear.
        hidden = (hidden * gate_S[:, None]).to(x_ND.dtype)
        y = Combine.apply(grouped_linear(hidden, w["experts_down"], ends), token_S, slot_NK)
        if c.shared:
            y = y + F.linear(gated_silu(F.linear(x_ND, w["shared_gate_up"])), w["shared_down"])
        return y, load, balance

    def dense_block(self, w, h, cos, sin):
        y, bound = self.attend(w, norm(h, w["norm1"], self.c.eps), cos, sin)
        h = h + y
        x = norm(h, w["norm2"], self.c.eps)
        return h + F.linear(gated_silu(F.linear(x, w["gate_up"])), w["mlp_down"]), bound

    def moe_block(self, w, h, cos, sin):
        y, bound = self.attend(w, norm(h, w["norm1"], self.c.eps), cos, sin)
        h = h + y
        x = norm(h, w["norm2"], self.c.eps)
        y, load, balance = self.moe(w, x.flatten(0, 1), h.shape[0])
        return h + y.view_as(h), bound, load, balance

    def loss_of(self, h, gain, head, targets, weight):
        x = norm(h, gain, self.c.eps).flatten(0, 1)
        return ChunkedCrossEntropy.apply(x, head, targets.reshape(-1), weight, self.options.loss_chunks)

    def forward(self, layers, embedding, gain, head, ids, targets, cos, sin, weight):
        """Loss, the bounds of the logits [L, H] and the experts' loads [layers with experts, E]."""
        blocks = getattr(self, "blocks", (self.dense_block, self.moe_block, self.loss_of))
        h = F.embedding(ids, embedding)
        bounds, loads, balances = [], [], []
        for w in layers:
            if "router" in w:
                h, bound, load, balance = blocks[1](w, h, cos, sin)
                loads.append(load)
                balances.append(balance)
            else:
                h, bound = blocks[0](w, h, cos, sin)
            bounds.append(bound)
        loss = blocks[2](h, gain, head, targets, weight)
        if self.options.balance_loss > 0:
            loss = loss + self.options.balance_loss * sum(balances)
        return loss, torch.stack(bounds), torch.stack(loads)

    def compiled(self, how):
        """`(ids, targets, weight) → (loss, bounds, loads)`, compiled whole, layer by layer, or not at all."""
        self.__dict__.pop("blocks", None)
        forward = self.forward
        build = lambda run: torch.compile(run, fullgraph=True, dynamic=False, mode=self.options.mode)
        if how == "layer":
            self.blocks = tuple(build(run) for run in (self.dense_block, self.moe_block, self.loss_of))
        elif how == "whole":
            forward = build(self.forward)

        def run(ids, targets, weight):
            length = ids.shape[1]
            # A tensor: a number would be compiled into the graph.
            weight = torch.full((), weight, device=self.device)
            if length not in self.tables:
                self.tables[length] = rotary_tables(self.c, length, self.device)
            return forward(
                self.layers, self.embedding, self.norm, self.head, ids, targets, *self.tables[length], weight
            )

        return run


def best(scores, count, how):
    """Indices of the `count` largest of each row."""
    if how == "sort":  # a bitonic sort in registers where it is compiled
        return scores.sort(-1, descending=True).indices[:, :count]
    return scores.topk(count, sorted=False).indices


# ---------------------------------------------------------------------------------------------------------------------
# MuonClip

NS = (3.4445, -4.775, 2.0315)


def newton_schulz(x, steps, scale, out):
    """Nearly orthogonal matrices times `scale` into `out`. x [S, m, n]; in the type of x.

    The polynomial of the smaller Gram matrix multiplies from its side, so nothing is transposed; the Frobenius norm is
    the root of the first Gram matrix's trace.
    """
    a, b, c = NS
    wide = x.shape[1] <= x.shape[2]
    for step in range(steps):
        last = step == steps - 1
        s = scale if last else 1.0
        gram = torch.bmm(x, x.mT) if wide else torch.bmm(x.mT, x)
        if step == 0:
            inverse = 1 / (gram.diagonal(dim1=1, dim2=2).float().sum(1).sqrt() + 1e-7)[:, None, None]
            gram.mul_(inverse * inverse)
        polynomial = torch.baddbmm(gram, gram, gram, beta=b * s, alpha=c * s)
        polynomial.diagonal(dim1=1, dim2=2).add_(a * s)
        if step == 0:
            polynomial.mul_(inverse)
        left, right = (polynomial, x) if wide else (x, polynomial)
        x = torch.bmm(left, right, out=out) if last else torch.bmm(left, right)


def newton_schulz_flops(count, rows, columns, steps):
    m, n = sorted((rows, columns))
    return count * steps * (4 * m * m * n + 2 * m**3)


def momentum_kernel(momentum, gradient, mu):
    momentum.mul_(mu).add_(gradient)
    return momentum


def momentum_bf16_kernel(momentum, gradient, mu):
    momentum.mul_(mu).add_(gradient)
    return momentum.to(torch.bfloat16)


def apply_kernel(master, weights, update, rate, decay):
    master.copy_(master * decay - rate * update)
    weights.copy_(master)


def adam_kernel(master, first, second, weights, gradient, rate, decay, correction1, correction2, b1, b2, eps):
    g = gradient.float()
    first.copy_(first * b1 + g * (1 - b1))
    second.copy_(second * b2 + g * g * (1 - b2))
    update = (first / correction1) / ((second / correction2).sqrt() + eps)
    master.copy_(master * decay - rate * update)
    weights.copy_(master)


class Bundle:
    """Float32 masters and momenta of some families, flat; with data parallelism of this rank's share alone."""

    def __init__(self, weights, families, ranks=1, rank=0):
        """`weights` holds all the families' weights, one after the other."""
        self.whole = weights.reshape(-1)
        size = self.whole.numel() // ranks
        self.weights = self.whole[rank * size : (rank + 1) * size]
        self.master = self.weights.float().clone()
        self.momentum = torch.zeros_like(self.master)
        self.update = torch.empty_like(self.weights)
        self.families, self.ranks, self.rank, self.accumulated = families, ranks, rank, None
        self.members = [member for family in families for member in family.members]
        self.cuts = []  # of each family: where in the flat buffers, [matrices, rows, columns], parts
        start = 0
        for family in families:
            count, rows, columns = family.weights.shape
            self.cuts.append((start, (count // ranks, rows, columns), family.parts))
            start += count // ranks * rows * columns

    def accumulate(self, first):
        """Adds the gradients of one micro-batch in float32, and frees them."""
        if self.accumulated is None:
            self.accumulated = torch.empty_like(self.whole, dtype=torch.float32)
            sizes = [member.numel() for member in self.members]
            self.slots = [x.view(m.shape) for x, m in zip(self.accumulated.split(sizes), self.members)]
        for slot, member in zip(self.slots, self.members):
            slot.copy_(member.grad) if first else slot.add_(member.grad)
            member.grad = None

    def reduce(self):
        """Starts the sum over the ranks; a rank keeps its share. A handle to wait for."""
        if self.ranks > 1 and dist.get_backend() == "nccl":
            share = self.accumulated.view(self.ranks, -1)[self.rank]
            return dist.reduce_scatter_tensor(share, self.accumulated, async_op=True)
        return dist.all_reduce(self.accumulated, async_op=True)

    def gradient(self):
        if self.accumulated is not None:
            return self.accumulated.view(self.ranks, -1)[self.rank]
        grads = [member.grad.reshape(-1) for member in self.members]
        for member in self.members:
            member.grad = None
        return grads[0] if len(grads) == 1 else torch.cat(grads)

    def matrices(self, flat):
        """(view of `flat` as a stack, view of the updates, largest side) of every part."""
        for start, (count, rows, columns), parts in self.cuts:
            size = count * rows * columns
            views = [x[start : start + size].view(count, rows, columns) for x in (flat, self.update)]
            if all(part == parts[0] for part in parts):
                yield [view.view(count * len(parts), parts[0], columns) for view in views]
            else:
                yield from zip(*(view.split(parts, 1) for view in views))


class Table:
    """AdamW's state of one flat tensor."""

    def __init__(self, weights, members):
        self.weights = weights.detach().reshape(-1)
        self.master = self.weights.float().clone()
        self.first, self.second = torch.zeros_like(self.master), torch.zeros_like(self.master)
        self.members, self.accumulated = members, None

    ranks, rank = 1, 0
    whole = property(lambda self: self.weights)
    accumulate, reduce, gradient = Bundle.accumulate, Bundle.reduce, Bundle.gradient


class MuonClip:
    """Algorithm 1 of the K2 report: Muon with weight decay on matrices, AdamW on the rest, QK-Clip, router biases."""

    def __init__(self, model, options, compile_kernels=True, rate=6e-4, decay=0.1, mu=0.95, steps=5, tau=100.0,
                 betas=(0.9, 0.95), eps=1e-8, bias_rate=1e-3):  # fmt: skip
        self.model, self.options, self.device = model, options, model.device
        self.rate, self.decay, self.mu, self.steps, self.tau = rate, decay, mu, steps, tau
        self.betas, self.eps, self.bias_rate, self.time = betas, eps, bias_rate, 0
        self.chunk = options.ns_chunk or 64
        small = list(model.families.values())
        self.bundles = [
            Bundle(family.weights, [family], options.world, options.rank) for family in reversed(model.experts)
        ]
        self.bundles.append(Bundle(model.matrices, small))
        self.tables = [
            Table(model.embedding, [model.embedding]),
            Table(model.head, [model.head]),
            Table(model.gains, model.gain_members),
        ]
        build = (lambda run: torch.compile(run, fullgraph=True, dynamic=False)) if compile_kernels else lambda run: run
        self.momentum_step = build(momentum_bf16_kernel if model.dtype == torch.bfloat16 else momentum_kernel)
        self.apply_step, self.adam_step = build(apply_kernel), build(adam_kernel)

    def fresh(self):
        """The same optimizer at its start, over the model's weights as they are now."""
        return MuonClip(self.model, self.options, False, self.rate, self.decay, self.mu, self.steps, self.tau,
                        self.betas, self.eps, self.bias_rate)  # fmt: skip

    @property
    def every(self):
        return [*self.bundles, *self.tables]

    def flops(self):
        """Of Newton–Schulz on every matrix: 5 · (4 m² n + 2 m³) with m ≤ n."""
        return sum(
            newton_schulz_flops(*x.shape, self.steps) * bundle.ranks
            for bundle in self.bundles
            for x, _ in bundle.matrices(bundle.update)
        )

    def tune(self, seconds_each=0.15):
        """The number of matrices that go through Newton–Schulz together, by trying."""
        if self.device.type != "cuda" or self.options.ns_chunk:
            return
        bundle = self.bundles[0]
        rates = {}
        for chunk in (16, 32, 64, 128, 256):
            self.chunk = chunk
            run = lambda: self.orthogonalise(bundle, bundle.weights)
            rates[chunk] = min(measure(run, self.device, 8, 2))
        self.chunk = min(rates, key=rates.get)
        return rates

    def orthogonalise(self, bundle, directions):
        for x, update in bundle.matrices(directions):
            scale = 0.2 * math.sqrt(max(x.shape[1:]))
            if not update.is_contiguous():
                out = torch.empty_like(update, memory_format=torch.contiguous_format)
                newton_schulz(x, self.steps, scale, out)
                update.copy_(out)
                continue
            for start in range(0, x.shape[0], self.chunk):
                end = start + self.chunk
                newton_schulz(x[start:end], self.steps, scale, update[start:end])

    @torch.no_grad()
    def step(self, max_logits_LH=None, loads=None):
        """Updates the weights in place. Returns the gradient's norm."""
        self.time += 1
        scalar = lambda value: torch.full((), value, device=self.device)
        rate, decay = scalar(self.rate), scalar(1 - self.rate * self.decay)
        corrections = [scalar(1 - beta**self.time) for beta in self.betas]
        squares, gathers = [], []
        for bundle in self.bundles:
            gradient = bundle.gradient()
            share = 1.0 if bundle.ranks > 1 else 1.0 / self.options.world
            squares.append(torch.linalg.vector_norm(gradient, dtype=torch.float32) ** 2 * share)
            direction = self.momentum_step(bundle.momentum, gradient, self.mu)
            self.orthogonalise(bundle, direction)
            self.apply_step(bundle.master, bundle.weights, bundle.update, rate, decay)
            if bundle.ranks > 1:
                gathers.append(gather_shares(bundle))
        for table in self.tables:
            gradient = table.gradient()
            squares.append(torch.linalg.vector_norm(gradient, dtype=torch.float32) ** 2 / self.options.world)
            self.adam_step(
                table.master, table.first, table.second, table.weights, gradient, rate, decay, *corrections,
                *self.betas, self.eps,
            )  # fmt: skip
        if max_logits_LH is not None:
            self.clip(max_logits_LH)
        if loads is not None and self.bias_rate:
            self.rebalance(loads)
        for handle in gathers:
            handle.wait()
        total = torch.stack(squares).sum()
        if self.options.world > 1:
            dist.all_reduce(total)
        return total.sqrt()

    def clip(self, max_logits_LH):
        """QK-Clip: a head whose largest logit S exceeds τ shrinks by γ = τ/S, its rope part wholly in the queries."""
        c = self.model.c
        gamma = torch.where(max_logits_LH > self.tau, self.tau / max_logits_LH.clamp(min=1e-6), 1.0)
        root, one = gamma.sqrt(), torch.ones_like(gamma)
        small = self.bundles[-1]
        for name, parts in (
            ("q_b", ((c.nope, root), (c.rope, gamma))),
            ("kv_b", ((c.nope, root), (c.value, one))),
        ):
            at = next(i for i, family in enumerate(small.families) if family.name == name)
            start, shape, _ = small.cuts[at]
            master = small.master[start : start + math.prod(shape)].view(c.layers, c.heads, -1, shape[-1])
            factors = torch.cat([factor[..., None].expand(*factor.shape, size) for size, factor in parts], -1)
            master.mul_(factors[..., None])
            small.families[at].weights.copy_(master.view(shape))

    def rebalance(self, loads):
        moe = [w for w in self.model.layers if "router" in w]
        for w, load in zip(moe, loads.float()):
            w["bias"].add_((load.mean() - load).sign(), alpha=self.bias_rate)


def gather_shares(bundle):
    if dist.get_backend() == "nccl":
        return dist.all_gather_into_tensor(bundle.whole, bundle.weights, async_op=True)
    parts = list(bundle.whole.view(bundle.ranks, -1).unbind(0))
    return dist.all_gather(parts, bundle.weights.clone(), async_op=True)


class Step:
    """One training step: micro-batches, their gradients' sum, MuonClip."""

    def __init__(self, model, run, optimizer, options):
        self.model, self.run, self.optimizer, self.options = model, run, optimizer, options
        self.pending, self.first, self.last = [], False, False
        if options.world > 1:
            # Reduced as soon as backward has made them, so that the sum over the ranks hides behind the rest of it.
            for holder in [*optimizer.bundles[:-1], *optimizer.tables[:2]]:
                holder.members[0].register_post_accumulate_grad_hook(self.hook(holder))

    def hook(self, holder):
        def reduce(_):
            holder.accumulate(self.first)
            if self.last:
                self.pending.append(holder.reduce())

        return reduce

    def __call__(self, batches):
        options, optimizer = self.options, self.optimizer
        count = len(batches)
        loss, bounds, loads = 0.0, None, 0
        tokens = batches[0][0].numel() * count * options.world
        for i, (ids, targets) in enumerate(batches):
            self.first, self.last = i == 0, i == count - 1
            part, bound, load = self.run(ids, targets, 1 / tokens)
            part.backward()
            loss, loads = loss + part.detach(), loads + load
            bounds = bound if bounds is None else torch.maximum(bounds, bound)
            if options.world > 1:
                for holder in (optimizer.bundles[-1], optimizer.tables[2]):
                    holder.accumulate(self.first)
            elif count > 1 and options.accumulate == "float32":
                for holder in optimizer.every:
                    holder.accumulate(self.first)
        if options.world > 1:
            self.pending += [holder.reduce() for holder in (optimizer.bundles[-1], optimizer.tables[2])]
            self.pending.append(dist.all_reduce(loads, async_op=True))
            self.pending.append(dist.all_reduce(bounds, op=dist.ReduceOp.MAX, async_op=True))
            self.pending.append(dist.all_reduce(loss, async_op=True))
            for handle in self.pending:
                handle.wait()
            self.pending = []
        norm_of_gradient = optimizer.step(bounds if options.max_logits != "off" else None, loads)
        return loss, norm_of_gradient


# ---------------------------------------------------------------------------------------------------------------------
# Figures


def uneven_counts(rows, groups):
    """Multiples of 16 between 16 and about twice the mean, with sum `rows`."""
    generator = torch.Generator().manual_seed(1)
    counts = torch.randint(1, 2 * rows // groups // 16, (groups,), generator=generator) * 16
    while counts.sum() != rows:
        counts[int(counts.argmax() if counts.sum() > rows else counts.argmin())] += 16 if counts.sum() < rows else -16
    return counts


def report_of(options):
    cuda = options.device.type == "cuda"
    versions = {"torch": torch.__version__}
    if cuda:
        versions |= {"cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version()}
        try:
            import triton

            versions["triton"] = triton.__version__
        except ImportError:
            pass
    device = torch.cuda.get_device_name() if cuda else platform.processor() or platform.machine()
    peak = torch.cuda.max_memory_allocated if cuda else lambda: None
    return Report(device, versions, options.json, options.rank > 0, peak)


class Bench:
    def __init__(self, options):
        self.options, self.device, self.start = options, options.device, time.perf_counter()
        self.c = TINY if options.tiny else SMALL
        self.report = report_of(options)
        self.rate = options.product_tflops
        self.model_, self.runs = None, {}
        self.optimizer_ = None
        options.attention = options.attention or None

    def random(self, *shape, grad=False):
        return torch.randn(shape, device=self.device, dtype=torch.bfloat16).requires_grad_(grad)

    # product

    def product(self):
        size = 256 if self.options.tiny else 8192
        a, b = self.random(size, size), self.random(size, size)
        times = measure(lambda: torch.mm(a, b), self.device, 50, 10)
        self.rate = 2 * size**3 / statistics.median(times) / 1e9
        self.report.add(f"product {size}³ bf16", times, tflops=self.rate)

    def product_rate(self):
        if not self.rate:
            self.product()
        return self.rate

    # grouped product

    def grouped(self):
        """Rows by groups of matrices: the shape of the goal, and the two of the model's experts."""
        c = self.c
        slots = self.options.sequences * self.options.length * c.choices
        goal = (256, 8, 64, 32) if self.options.tiny else (16384, 64, 2048, 1024)
        shapes = [("", *goal), (" gate+up", slots, c.experts, c.hidden, 2 * c.expert_width)]
        for name, rows, groups, into, out in [*shapes, (" down", slots, c.experts, c.expert_width, c.hidden)]:
            even = torch.full((groups,), rows // groups)
            for kind, counts in (("even", even), ("uneven", uneven_counts(rows, groups))):
                self.grouped_figures(f"{name} {kind}", rows, into, out, counts)

    def grouped_figures(self, name, rows, into, out, counts):
        groups = len(counts)
        x, w = self.random(rows, into, grad=True), self.random(groups, out, into, grad=True)
        g = self.random(rows, out)
        ends = counts.cumsum(0).to(torch.int32).to(self.device)
        run = lambda product: (y := product(x, w, ends), *torch.autograd.grad(y, (x, w), g))
        found = run(grouped_linear)
        expected = run(lambda x, w, ends: grouped_loop(x, w.transpose(1, 2), ends))
        error = max(((a - b).abs().max() / b.abs().max()).item() for a, b in zip(found, expected))
        del found, expected
        note = f"{rows}×{into} by {groups} of {into}×{out}; worst error {error:.1e}"
        flops = 2 * rows * into * out
        forward = measure(lambda: grouped_linear(x.detach(), w.detach(), ends), self.device, 20)
        self.report.add(f"grouped{name}", forward, note, tflops=flops / statistics.median(forward) / 1e9)
        y = grouped_linear(x, w, ends)
        backward = measure(lambda: torch.autograd.grad(y, (x, w), g, retain_graph=True), self.device, 20)
        self.report.add(
            f"grouped gradients{name}", backward, "of input and weights", tflops=2 * flops / statistics.median(backward) / 1e9
        )

    # attention

    def attention_candidates(self):
        if self.device.type != "cuda":
            return ["plain"]
        return [name for name in ATTENTIONS if name != "plain"]

    def attention_error(self, name):
        """Largest relative error of output and gradients against the definition in float32."""
        c = self.c
        made = [self.random(2, 256, 2, width, grad=True) for width in (c.qk, c.qk, c.value)]
        results, bounds = [], []
        for which, dtype in ((name, torch.bfloat16), ("plain", torch.float32)):
            q, k, v = (x.to(dtype).transpose(1, 2) for x in made)
            out, bound = ATTENTIONS[which](q, k, v, softmax_scale(c))
            grads = torch.autograd.grad(out.float().square().sum(), made)
            results.append([out.float(), *(g.float() for g in grads)])
            bounds.append(bound)
        above, largest = bounds[0] - bounds[1], math.log(256) + 0.05
        if not bool(((above > -0.05) & (above < largest)).all()):
            raise RuntimeError(f"{name}: not the log-sum-exp of the logits: {above.tolist()} above their maximum")
        return max(((a - b).abs().max() / b.abs().max()).item() for a, b in zip(*results))

    def measured_attentions(self, print_all):
        c, B, T = self.c, self.options.sequences, self.options.length
        flops = 2 * B * c.heads * T * T / 2 * (c.qk + c.value)
        best_time, best_name = math.inf, None
        for name in self.attention_candidates():
            try:
                error = self.attention_error(name)
                if error > 0.05:
                    raise RuntimeError(f"{name}: relative error {error:.3f}")
                q, k = (self.random(B, T, c.heads, c.qk, grad=True) for _ in range(2))
                v = self.random(B, T, c.heads, c.value, grad=True)
                heads = [x.transpose(1, 2) for x in (q, k, v)]
                g = self.random(B, T, c.heads, c.value).transpose(1, 2)
                attend = lambda: ATTENTIONS[name](*heads, softmax_scale(c))
                count = 10 if print_all else 4
                with torch.no_grad():
                    forward = measure(attend, self.device, count)
                both = measure(lambda: torch.autograd.grad(attend()[0], (q, k, v), g), self.device, count)
            except Exception as error:
                self.report.say(f"attention {name}: {type(error).__name__}: {str(error).splitlines()[0][:200]}")
                continue
            ms = statistics.median(both)
            if ms < best_time:
                best_time, best_name = ms, name
            if print_all:
                note = f"{B}×{T}, {c.heads} heads, {c.qk}/{c.value}, causal; worst relative error {error:.1e}"
                f_ms = statistics.median(forward)
                self.report.add(f"attention forward {name}", forward, note, tflops=flops / f_ms / 1e9)
                self.report.add(f"attention fwd+bwd {name}", both, note, tflops=3.5 * flops / ms / 1e9)
        return best_name or "plain"

    def attention(self):
        fastest = self.measured_attentions(True)
        self.options.attention = self.options.attention or fastest
        self.report.say(f"attention: the model uses {self.options.attention}")

    # the model

    def model(self):
        if self.model_ is None:
            if not self.options.attention:
                self.options.attention = self.measured_attentions(False)
                release(self.device)
            self.model_ = Model(self.c, self.options)
            millions = self.model_.parameter_count() / 1e6, active_parameters(self.c) / 1e6
            self.report.say(
                f"model: {millions[0]:.1f}M parameters, {millions[1]:.1f}M active, attention {self.options.attention}, "
                f"groups padded to {self.options.align}, router product in {self.options.router}, "
                f"balance loss {self.options.balance_loss}, QK-Clip's logits: {self.options.max_logits}"
            )
        return self.model_

    def batch(self):
        shape = (self.options.sequences, self.options.length + 1)
        ids = torch.randint(self.c.vocab, shape, device=self.device)
        return ids[:, :-1].contiguous(), ids[:, 1:].contiguous()

    def run_of(self, how):
        """The compiled forward pass, ready (compiled) after one call; None if it failed."""
        if how in self.runs:
            return self.runs[how]
        model = self.model()
        start = time.perf_counter()
        try:
            run = model.compiled(how)
            blocks = model.__dict__.pop("blocks", None)

            def chosen(*inputs, run=run, blocks=blocks):
                model.__dict__.pop("blocks", None)
                if blocks:
                    model.blocks = blocks
                return run(*inputs)

            ids, targets = self.batch()
            loss, _, _ = chosen(ids, targets, 1 / ids.numel())
            loss.backward()
            for leaf in model.leaves():
                if leaf.grad is None or not bool(torch.isfinite(leaf.grad).all()):
                    raise RuntimeError("a gradient is missing or not finite")
                leaf.grad = None
            seconds = time.perf_counter() - start
            self.report.say(f"compile {how}: ready in {seconds:.1f} s, first loss {float(loss.detach()):.4f}")
            chosen.seconds = seconds
        except Exception:
            self.report.say(f"compile {how} failed:\n{traceback.format_exc()}")
            for leaf in model.leaves():
                leaf.grad = None
            chosen = None
        self.runs[how] = chosen
        release(self.device)
        return chosen

    def fwdbwd(self):
        model, times_of = self.model(), {}
        ids, targets = self.batch()
        tokens = ids.numel()
        leaves = model.leaves()
        flops = flops_a_token(self.c, self.options.length) * tokens
        product = self.product_rate()
        ways = self.options.compile
        for how in dict.fromkeys([*ways, "none"]):
            if how == "none" and "none" not in ways and times_of:
                continue  # only where nothing could be compiled
            estimate = 4 * self.runs["layer"].seconds if self.runs.get("layer") else 0
            if how == "whole" and times_of and time.perf_counter() - self.start + estimate > self.options.budget:
                self.report.say(f"compile whole: left out, it would take about {estimate:.0f} s (--budget)")
                continue
            run = self.run_of(how)
            if run is None:
                continue

            def once():
                run(ids, targets, 1 / tokens)[0].backward()
                for leaf in leaves:
                    leaf.grad = None

            times = measure(once, self.device, self.options.count)
            ms = statistics.median(times)
            times_of[how] = ms
            self.report.add(
                f"fwdbwd compile={how}", times, f"{self.options.sequences}×{self.options.length}, bf16 weights",
                tokensPerSecond=tokens / ms * 1e3, tflops=flops / ms / 1e9,
                shareOfProduct=flops / ms / 1e9 / product, compileSeconds=round(run.seconds, 1),
            )  # fmt: skip
        self.fastest = min(times_of, key=times_of.get) if times_of else "none"

    def optimizer_of(self):
        if self.optimizer_ is None:
            self.optimizer_ = MuonClip(self.model(), self.options, compile_kernels=self.options.compile != ["none"])
            rates = self.optimizer_.tune()
            if rates:
                shown = ", ".join(f"{chunk}: {ms:.2f}" for chunk, ms in rates.items())
                self.report.say(f"Newton–Schulz: {self.optimizer_.chunk} matrices at once (ms: {shown})")
        return self.optimizer_

    def optimizer(self):
        optimizer = self.optimizer_of()
        for holder in optimizer.every:  # gradients as after accumulation
            if holder.accumulated is None:
                for member in holder.members:
                    member.grad = torch.randn_like(member)
                holder.accumulate(True)
        bounds = torch.full((self.c.layers, self.c.heads), 10.0, device=self.device)
        loads = torch.ones((self.c.layers - self.c.dense_layers, self.c.experts), device=self.device)
        times = measure(lambda: optimizer.step(bounds, loads), self.device, self.options.count)
        ms = statistics.median(times)
        self.optimizer_ms = ms
        flops = optimizer.flops()
        least = flops / self.product_rate() / 1e9
        self.report.add(
            "optimizer MuonClip", times, "float32 gradients, momenta and masters; Newton–Schulz in bf16",
            tflops=flops / ms / 1e9, teraflopsCounted=flops / 1e12, timesFlopsAtProductRate=ms / least,
        )  # fmt: skip
        for bundle in optimizer.every:
            bundle.accumulated = None
        release(self.device)

    def step(self):
        options = self.options
        if hasattr(self, "fastest"):
            how = self.fastest
        else:
            how = next((way for way in [*options.compile, "none"] if self.run_of(way)), "none")
        run = self.run_of(how)
        if run is None:
            raise RuntimeError("the model does not run, see above")
        optimizer = self.optimizer_of()
        step = Step(self.model(), run, optimizer, options)
        batches = [self.batch() for _ in range(options.micro_batches)]
        tokens = sum(ids.numel() for ids, _ in batches) * options.world
        losses = []
        times = measure(lambda: losses.append(step(batches)[0]), self.device, max(3, options.count // 2), 2)
        ms = statistics.median(times)
        if options.world > 1:  # the slowest rank's
            slowest = torch.tensor(ms, device=self.device)
            dist.all_reduce(slowest, op=dist.ReduceOp.MAX)
            ms = float(slowest)
        flops = flops_a_token(self.c, options.length) * tokens
        self.report.add(
            f"step compile={how}", times,
            f"{options.micro_batches} × {options.sequences}×{options.length} on {options.world} device(s), accumulation in "
            f"{options.accumulate}; loss {float(losses[0]):.4f} → {float(losses[-1]):.4f}",
            tokensPerSecond=tokens / ms * 1e3, tokensAStep=tokens,
            shareOfProduct=flops / ms / 1e9 / self.product_rate() / options.world,
        )  # fmt: skip
        if options.world == 1 and hasattr(self, "optimizer_ms"):
            micro = max(ms - self.optimizer_ms, 0) / options.micro_batches
            a_batch = tokens / options.micro_batches
            for goal in (2**16, 2**18, 2**20):
                share = self.optimizer_ms / (self.optimizer_ms + micro * goal / a_batch)
                self.report.say(f"MuonClip's share of a step of {goal:,} tokens: {share:.1%}")


    # decoding

    def decode_bound(self, batch, length, bandwidth):
        """Tokens/s if a step's weights and latents were read once and nothing else took time."""
        c = self.c
        hit = c.experts * (1 - (1 - c.choices / c.experts) ** batch) - c.choices
        extra = (c.layers - c.dense_layers) * hit * 3 * c.hidden * c.expert_width
        latents = batch * length * c.layers * (c.kv_rank + c.rope)
        return batch * bandwidth / (2 * (active_parameters(c) + extra + latents))

    def decode(self):
        """Hugging Face transformers' DeepseekV3, random weights; time of a generation less that of its first token."""
        import contextlib

        import transformers

        c, options, cuda = self.c, self.options, self.device.type == "cuda"
        transformers.logging.set_verbosity_error()
        self.report.versions["transformers"] = transformers.__version__
        config = transformers.DeepseekV3Config(
            vocab_size=c.vocab, hidden_size=c.hidden, intermediate_size=c.dense_width,
            moe_intermediate_size=c.expert_width, num_hidden_layers=c.layers, num_attention_heads=c.heads,
            num_key_value_heads=c.heads, n_shared_experts=c.shared, n_routed_experts=c.experts,
            routed_scaling_factor=c.gate_scale, kv_lora_rank=c.kv_rank, q_lora_rank=c.q_rank,
            qk_rope_head_dim=c.rope, v_head_dim=c.value, qk_nope_head_dim=c.nope, n_group=1, topk_group=1,
            num_experts_per_tok=c.choices, first_k_dense_replace=c.dense_layers, max_position_embeddings=4096,
            rms_norm_eps=c.eps, rope_parameters={"rope_type": "default", "rope_theta": c.theta},
            num_nextn_predict_layers=0, eos_token_id=None, bos_token_id=None,
        )  # fmt: skip
        torch.set_default_dtype(torch.bfloat16)
        try:
            with self.device:
                model = transformers.DeepseekV3ForCausalLM(config).eval()
        finally:
            torch.set_default_dtype(torch.float32)
        model.generation_config.eos_token_id = None
        prompt, new = (16, 8) if options.tiny else (512, 128)
        bandwidth = self.bandwidth() if cuda else 1e10

        def finish():
            if cuda:
                torch.cuda.synchronize()

        for batch in options.decode_batches:
            ids = torch.randint(c.vocab, (batch, prompt), device=self.device)
            mask = torch.ones_like(ids)
            for variant in options.decode_variants:
                cache, experts = variant.split(":")
                try:
                    release(self.device)
                    torch._dynamo.reset()
                    model.__dict__.pop("_compiled_call", None)
                    model.set_experts_implementation(experts)
                    # generate() would put another implementation in this one's place.
                    model._optimize_model_for_decode = contextlib.nullcontext

                    def seconds(tokens):
                        finish()
                        start = time.perf_counter()
                        with torch.no_grad():
                            out = model.generate(
                                ids, attention_mask=mask, max_new_tokens=tokens, min_new_tokens=tokens,
                                do_sample=False, pad_token_id=0,
                                cache_implementation=None if cache == "dynamic" else cache,
                            )  # fmt: skip
                        finish()
                        if out.shape[1] != prompt + tokens:
                            raise RuntimeError(f"{out.shape[1] - prompt} tokens came instead of {tokens}")
                        return time.perf_counter() - start

                    start = time.perf_counter()
                    seconds(1), seconds(new + 1), seconds(new + 1)
                    ready = time.perf_counter() - start
                    first = min(seconds(1) for _ in range(3))
                    runs = [(seconds(new + 1) - first) * 1e3 for _ in range(3)]
                    rate = batch * new / statistics.median(runs) * 1e3
                    self.report.add(
                        f"decode batch {batch} {variant}", runs,
                        f"transformers generate(), prompt {prompt}, {new} tokens after the first; ready in {ready:.0f} s",
                        tokensPerSecond=rate, promptMilliseconds=first * 1e3,
                        bandwidthBound=self.decode_bound(batch, prompt + new / 2, bandwidth),
                    )  # fmt: skip
                except Exception:
                    self.report.say(f"decode batch {batch} {variant} failed:\n{traceback.format_exc(limit=-8)}")

    def bandwidth(self):
        """Bytes/s of a copy on the device, reading and writing."""
        a = torch.empty(2**30, dtype=torch.uint8, device=self.device)
        b = torch.empty_like(a)
        times = measure(lambda: b.copy_(a), self.device, 20)
        rate = 2 * a.numel() / statistics.median(times) * 1e3
        self.report.add("copy 1 GiB", times, "read and written", terabytesPerSecond=rate / 1e12)
        return rate

    # the same model?

    def verify(self):
        """Logits, loss, maxima, gradients and a trajectory of MuonClip against a directory of reference tensors."""
        from safetensors.torch import load_file

        at = lambda name: os.path.join(self.options.fixture, name)
        settings = json.load(open(at("reference.json")))
        c = config_of(json.load(open(at("config.json"))))
        options = argparse.Namespace(**vars(self.options))
        options.attention, options.router, options.max_logits, options.balance_loss = "plain", "float32", "exact", 0.0
        model = Model(c, options, torch.float32)
        names = released_names(model)
        place(names, load_file(at("model.safetensors")))
        seen = load_file(at("activations.safetensors"))
        ids, targets = (seen[name].long().to(self.device) for name in ("input_ids", "target_ids"))
        run = model.compiled("none")
        world, rank = options.world, options.rank
        loss, maxima, _ = run(ids, targets, 1 / ids.numel())
        loss.backward()
        logits = {}
        model.loss_of = lambda h, gain, head, *_: logits.update(x=norm(h, gain, c.eps) @ head.t()) or loss
        with torch.no_grad():
            run(ids, targets, 1.0)
        del model.loss_of
        checks = [
            ("logits", far(logits["x"], seen["logits"]), 1e-4),
            ("loss", abs(loss.item() - settings["loss_initial"]), 1e-4),
            ("max attention logits", far(maxima, seen["max_logits"]), 1e-4),
        ]
        theirs = load_file(at("grads.safetensors"))
        relative = 0.0
        for name, cut in names.items():
            if name in theirs:
                ours = cut(lambda leaf: leaf.grad)
                relative = max(relative, far(ours, theirs[name]) / float(theirs[name].abs().max() + 1e-30))
        checks.append(("gradients, relative", relative, 1e-3))
        for leaf in model.leaves():
            leaf.grad = None
        if settings["steps"]:
            optimizer = MuonClip(
                model, options, False, settings["lr"], settings["weight_decay"], settings["momentum"],
                settings["ns_steps"], settings["tau"], settings["adamw"]["betas"], settings["adamw"]["eps"], 0.0,
            )  # fmt: skip
            # The same trajectory from the whole batch, from halves one after the other or on as many devices.
            for accumulation in (1, 2) if world == 1 else (1,):
                place(names, load_file(at("model.safetensors")))
                optimizer = optimizer.fresh()
                step = Step(model, run, optimizer, options)
                mine = ids.chunk(world)[rank], targets.chunk(world)[rank]
                batches = list(zip(*(x.chunk(accumulation) for x in mine)))
                losses = [float(step(batches)[0]) for _ in range(settings["steps"])]
                worst = max(abs(a - b) for a, b in zip(losses, settings["losses"]))
                how = f"accumulation {accumulation}, devices {world}"
                checks.append((f"losses of {len(losses)} steps, {how}", worst, 1e-4))
                after = load_file(at("after_steps.safetensors"))
                worst = max(far(cut(lambda leaf: leaf.detach()), after[name]) for name, cut in names.items())
                checks.append((f"weights after them, {how}", worst, 1e-3))
        for name, value, bound in checks:
            self.report.say(f"{'ok  ' if value <= bound else 'FAIL'} {name:<52} {value:.2e} (bound {bound:.0e})")
        if any(not value <= bound for _, value, bound in checks):
            raise RuntimeError("the model is not the reference's")


def far(ours, theirs):
    return float((ours.cpu().float() - theirs.float()).abs().max()) if theirs.numel() else 0.0


def released_names(model):
    """Released tensor names, each with a function that cuts it out of (a function of) our leaf."""
    c, names = model.c, {}

    def put(name, leaf, start=0, size=None, index=None):
        def cut(of):
            x = of(leaf)
            x = x if index is None else x[index]
            return x if size is None else x[start : start + size]

        names[name] = cut

    put("model.embed_tokens.weight", model.embedding)
    put("model.norm.weight", model.norm)
    put("lm_head.weight", model.head)
    for layer, w in enumerate(model.layers):
        at = f"model.layers.{layer}"
        for name, key in (("input_layernorm", "norm1"), ("post_attention_layernorm", "norm2"),
                          ("self_attn.q_a_layernorm", "q_norm"), ("self_attn.kv_a_layernorm", "kv_norm"),
                          ("self_attn.q_b_proj", "q_b"), ("self_attn.kv_b_proj", "kv_b"),
                          ("self_attn.o_proj", "o")):  # fmt: skip
            put(f"{at}.{name}.weight", w[key])
        put(f"{at}.self_attn.q_a_proj.weight", w["down"], 0, c.q_rank)
        put(f"{at}.self_attn.kv_a_proj_with_mqa.weight", w["down"], c.q_rank, c.kv_rank + c.rope)
        if "router" not in w:
            put(f"{at}.mlp.gate_proj.weight", w["gate_up"], 0, c.dense_width)
            put(f"{at}.mlp.up_proj.weight", w["gate_up"], c.dense_width, c.dense_width)
            put(f"{at}.mlp.down_proj.weight", w["mlp_down"])
            continue
        put(f"{at}.mlp.gate.weight", w["router"])
        put(f"{at}.mlp.gate.e_score_correction_bias", w["bias"])
        if c.shared:
            put(f"{at}.mlp.shared_experts.gate_proj.weight", w["shared_gate_up"], 0, c.shared_width)
            put(f"{at}.mlp.shared_experts.up_proj.weight", w["shared_gate_up"], c.shared_width, c.shared_width)
            put(f"{at}.mlp.shared_experts.down_proj.weight", w["shared_down"])
        for expert in range(c.experts):
            mlp = f"{at}.mlp.experts.{expert}"
            put(f"{mlp}.gate_proj.weight", w["experts_gate_up"], 0, c.expert_width, expert)
            put(f"{mlp}.up_proj.weight", w["experts_gate_up"], c.expert_width, c.expert_width, expert)
            put(f"{mlp}.down_proj.weight", w["experts_down"], index=expert)
    return names


def place(names, tensors):
    """Copies a checkpoint in the released layout into the model."""
    missing = names.keys() ^ tensors.keys()
    if missing:
        raise RuntimeError(f"tensors do not match: {sorted(missing)[:5]}")
    for name, cut in names.items():
        cut(lambda leaf: leaf.detach()).copy_(tensors[name])


FIGURES = ["product", "grouped", "attention", "fwdbwd", "optimizer", "step"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--what", nargs="+", default=FIGURES, choices=[*FIGURES, "decode", "verify"])
    add("--json", help="file for the figures")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--tiny", action="store_true", help="a small shape, to try the script on a CPU")
    add("--eager", action="store_true", help="without torch.compile")
    add("--compile", nargs="+", default=["layer", "whole"], choices=["layer", "whole", "none"],
        help="what is compiled at once; the step takes the fastest")  # fmt: skip
    add("--budget", type=float, default=120, help="seconds after which nothing large is compiled any more")
    add("--mode", default="default", help="torch.compile's mode, such as max-autotune-no-cudagraphs")
    add("--inductor", nargs="*", default=[], metavar="KEY=VALUE", help="options of torch._inductor.config")
    add("--attention", choices=list(ATTENTIONS), help="default: the fastest here")
    add("--align", type=int, default=16, help="rows of an expert are padded to a multiple of this")
    add("--router", default="bfloat16", choices=["bfloat16", "float32"], help="type of the router's product")
    add("--top-k", default="topk", choices=["topk", "sort"])
    add("--balance-loss", type=float, default=0.0, help="factor of the sequence-wise balance loss")
    add("--max-logits", default="bound", choices=["bound", "exact", "off"],
        help="what QK-Clip sees: the largest log-sum-exp, the largest logit, nothing")  # fmt: skip
    add("--loss-chunks", type=int, default=4)
    add("--ns-chunk", type=int, default=0, help="matrices in one Newton–Schulz; 0 tries some")
    add("--sequences", type=int, default=0)
    add("--length", type=int, default=0)
    add("--micro-batches", type=int, default=4, help="of a step")
    add("--accumulate", default="float32", choices=["float32", "bfloat16"])
    add("--count", type=int, default=10, help="repetitions")
    add("--parallel", choices=["ddp"], help="under torchrun: data parallel, expert optimizer sharded (ZeRO-1)")
    add("--product-tflops", type=float, default=0.0, help="the product rate, if it is not to be measured")
    add("--fixture", default="test/fixtures/k2-tiny")
    add("--decode-batches", nargs="+", type=int, default=[1, 64])
    add("--decode-variants", nargs="+", metavar="CACHE:EXPERTS",
        default=["dynamic:grouped_mm", "static:grouped_mm", "static:batched_mm"])  # fmt: skip
    add("--seed", type=int, default=0)
    options = parser.parse_args()
    options.sequences = options.sequences or (2 if options.tiny else 4)
    options.length = options.length or (64 if options.tiny else 4096)
    if options.eager:
        options.compile = ["none"]
    options.rank, options.world = 0, 1
    if options.parallel:
        local = int(os.environ.get("LOCAL_RANK", 0))
        if options.device.startswith("cuda"):
            options.device = f"cuda:{local}"
            torch.cuda.set_device(local)
        dist.init_process_group("nccl" if options.device.startswith("cuda") else "gloo")
        options.rank, options.world = dist.get_rank(), dist.get_world_size()
        # One graph's gradients all come at its end, where nothing is left to hide their reduction behind.
        options.compile = [how for how in options.compile if how != "whole"] or ["layer"]
        options.accumulate = "float32"
    options.device = torch.device(options.device)
    torch.manual_seed(options.seed + 1000 * options.rank)
    torch.set_float32_matmul_precision("high" if options.what != ["verify"] else "highest")
    for pair in options.inductor:
        import ast

        import torch._inductor.config as inductor

        key, _, value = pair.partition("=")
        setattr(inductor, key, ast.literal_eval(value))
    bench, failed = Bench(options), False
    start = time.perf_counter()
    for what in options.what:
        try:
            getattr(bench, what)()
        except Exception:
            failed = True
            print(f"{what} failed on rank {options.rank}:\n{traceback.format_exc()}", flush=True)
        release(options.device)
    bench.report.write()
    bench.report.say(f"{time.perf_counter() - start:.1f} s in all")
    if options.parallel:
        dist.destroy_process_group()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
