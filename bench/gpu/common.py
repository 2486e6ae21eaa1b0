"""What the peers share: the model's shape, its operations counted, and how figures are reported."""

import dataclasses
import json
import math
import platform
import statistics
import sys


@dataclasses.dataclass(frozen=True)
class Config:
    """A shape of the model; the defaults are tsukimi's preset `small`."""

    vocab: int = 32_768
    hidden: int = 1024
    dense_width: int = 4096
    expert_width: int = 512
    layers: int = 16
    heads: int = 16
    q_rank: int = 512
    kv_rank: int = 256
    nope: int = 128
    rope: int = 64
    value: int = 128
    experts: int = 64
    shared: int = 1
    choices: int = 6
    gate_scale: float = 2.446
    dense_layers: int = 1
    eps: float = 1e-6
    theta: float = 50_000.0
    yarn: tuple | None = None
    deviation: float = 0.02

    @property
    def qk(self):
        return self.nope + self.rope

    @property
    def shared_width(self):
        return self.shared * self.expert_width


SMALL = Config()
TINY = Config(
    vocab=512, hidden=64, dense_width=160, expert_width=32, layers=3, heads=4, q_rank=32, kv_rank=16, nope=16, rope=8,
    value=16, experts=8, choices=2, gate_scale=1.4,
)  # fmt: skip


def config_of(hf):
    """Config of a released `config.json`."""
    scaling = hf.get("rope_scaling")
    yarn = None
    if scaling:
        yarn = tuple(
            scaling[key]
            for key in (
                "factor", "original_max_position_embeddings", "beta_fast", "beta_slow", "mscale", "mscale_all_dim",
            )
        )  # fmt: skip
    return Config(
        hf["vocab_size"], hf["hidden_size"], hf["intermediate_size"], hf["moe_intermediate_size"],
        hf["num_hidden_layers"], hf["num_attention_heads"], hf["q_lora_rank"], hf["kv_lora_rank"],
        hf["qk_nope_head_dim"], hf["qk_rope_head_dim"], hf["v_head_dim"], hf["n_routed_experts"],
        hf["n_shared_experts"], hf["num_experts_per_tok"], hf["routed_scaling_factor"], hf["first_k_dense_replace"],
        hf["rms_norm_eps"], hf["rope_theta"], yarn,
    )  # fmt: skip


def active_parameters(c):
    """Parameters that a token passes through: the head in, the input embedding out."""
    attention = c.hidden * (c.q_rank + c.kv_rank + c.rope) + c.heads * (
        c.q_rank * c.qk + c.kv_rank * (c.nope + c.value) + c.value * c.hidden
    )
    attention += c.q_rank + c.kv_rank + 2 * c.hidden
    dense = 3 * c.hidden * c.dense_width
    sparse = c.hidden * c.experts + 3 * c.hidden * (c.choices * c.expert_width + c.shared_width)
    layers = c.layers * attention + c.dense_layers * dense + (c.layers - c.dense_layers) * sparse
    return layers + c.hidden + c.vocab * c.hidden


def flops_a_token(c, length):
    """Forward and backward: 6 an active parameter, and causal attention at 6·L·H·(nope + rope + value)·T/2."""
    return 6 * active_parameters(c) + 6 * c.layers * c.heads * (c.qk + c.value) * length / 2


def mscale_of(factor, mscale):
    return 1.0 if factor <= 1 else 0.1 * mscale * math.log(factor) + 1


def softmax_scale(c):
    """1/√(query width), times m² under YaRN with `mscale_all_dim`."""
    scale = 1 / math.sqrt(c.qk)
    return scale * mscale_of(c.yarn[0], c.yarn[5]) ** 2 if c.yarn and c.yarn[5] else scale


def inverse_frequencies(c):
    """Angle a position of each pair, [rope/2], and the factor of the tables; YaRN where the config has it."""
    plain = [c.theta ** (-2 * pair / c.rope) for pair in range(c.rope // 2)]
    if not c.yarn:
        return plain, 1.0
    factor, original, fast, slow, mscale, mscale_all = c.yarn
    at = lambda turns: c.rope * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(c.theta))
    low, high = max(math.floor(at(fast)), 0), min(math.ceil(at(slow)), c.rope - 1)
    high = low + 0.001 if high == low else high
    ramps = [min(max((pair - low) / (high - low), 0), 1) for pair in range(c.rope // 2)]
    stretched = [f / factor * ramp + f * (1 - ramp) for f, ramp in zip(plain, ramps)]
    return stretched, mscale_of(factor, mscale) / mscale_of(factor, mscale_all)


class Report:
    """Figures as lines for people and, with `path`, as a JSON file."""

    def __init__(self, device, versions, path=None, quiet=False, peak=lambda: None):
        """`peak` tells the device's peak memory in bytes since the figure's start, or None."""
        self.device, self.path, self.quiet, self.peak, self.figures = device, path, quiet, peak, []
        self.versions = {"python": platform.python_version(), **versions}
        self.say(f"{device}, " + ", ".join(f"{name} {value}" for name, value in self.versions.items()))

    def say(self, line):
        if not self.quiet:
            print(line, flush=True)

    def add(self, name, milliseconds, note="", **values):
        """`milliseconds`: one for each repetition. Other values go to the line and the file as they are."""
        times = {"median": statistics.median(milliseconds), "best": min(milliseconds), "count": len(milliseconds)}
        figure = {"name": name, **values, "milliseconds": times}
        words = [f"{times['median']:.3f} ms (best {times['best']:.3f} of {times['count']})"]
        words += [f"{key} {value:,.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in values.items()]
        peak = self.peak()
        if peak is not None:
            figure["peakMemoryGiB"] = peak / 2**30
            words.append(f"peak {peak / 2**30:.2f} GiB")
        figure |= {"note": note, "versions": self.versions, "device": self.device}
        self.figures.append(figure)
        self.say(f"{name:<28} " + ", ".join(words) + (f"  [{note}]" if note else ""))
        self.write()

    def write(self):
        if self.path and not self.quiet:
            with open(self.path, "w") as file:
                json.dump({"command": " ".join(sys.argv), "figures": self.figures}, file, indent=2)
