"""Compiles and runs StableHLO text on jaxlib's CPU client, with eight virtual devices, for jaxlib.fixture.ts.

Frames on stdin and stdout: u32 little endian, the length of a JSON header; the header; `bytes` bytes of elements.
Every request gets one answer, in order.
"""

import json
import os
import struct
import sys

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=8"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import ml_dtypes
import numpy as np
from jax._src import compiler, xla_bridge
from jax._src.lib import xla_client
from jax.sharding import Mesh, NamedSharding, PartitionSpec

DTYPES = {
    "f32": np.float32,
    "bf16": ml_dtypes.bfloat16,
    "f16": np.float16,
    "i32": np.int32,
    "u32": np.uint32,
    "bool": np.bool_,
}

client = xla_bridge.get_backend("cpu")
buffers = {}
executables = {}


def sharding_of(mesh, sharding):
    names = [axis["name"] for axis in mesh]
    sizes = [axis["size"] for axis in mesh]
    devices = np.array(client.devices()[: int(np.prod(sizes, dtype=int))]).reshape(sizes)
    known = [tuple(axis for axis in axes if axis in names) for axes in sharding]
    return NamedSharding(Mesh(devices, names), PartitionSpec(*known))


def upload(request, payload):
    shape = request["shape"]
    dtype = DTYPES[request["dtype"]]
    data = np.frombuffer(payload, dtype).reshape(shape) if payload else np.zeros(shape, dtype)
    placement = request.get("placement")
    where = sharding_of(placement["mesh"], placement["sharding"]) if placement else client.devices()[0]
    buffers[request["id"]] = jax.device_put(data, where)


def compile(request, payload):
    count = request["devices"]
    devices = client.devices()[:count]
    options = compiler.get_compile_options(1, count, np.array([[d.id for d in devices]]))
    options.executable_build_options.use_shardy_partitioner = True
    loaded = client.compile_and_load(payload.decode(), xla_client.DeviceList(tuple(devices)), options)
    executables[request["id"]] = (loaded, request)


def run(request, payload):
    loaded, compiled = executables[request["executable"]]
    inputs = [buffers[i] for i in request["inputs"]]
    mesh = compiled.get("mesh")
    for i, (array, sharding) in enumerate(zip(inputs, compiled.get("inputs", []))):
        if not array.sharding.is_equivalent_to(sharding_of(mesh, sharding), array.ndim):
            raise ValueError(f"input {i} lies as {array.sharding}, the layout says {sharding}")
    parts = loaded.execute_sharded(inputs).disassemble_into_single_device_arrays()
    for i in request["inputs"][: compiled["donate"]]:
        del buffers[i]
    for i, (name, shards) in enumerate(zip(request["outputs"], parts)):
        if mesh is None:
            buffers[name] = shards[0]
        else:
            where = sharding_of(mesh, compiled["outputs"][i])
            shape = tuple(compiled["shapes"][i])
            buffers[name] = jax.make_array_from_single_device_arrays(shape, where, shards)


def read(request, payload):
    return np.ascontiguousarray(np.asarray(buffers[request["id"]])).tobytes()


def dispose(request, payload):
    buffers.pop(request["id"], None)
    executables.pop(request["id"], None)


COMMANDS = {"upload": upload, "compile": compile, "run": run, "read": read, "dispose": dispose}


def exactly(count):
    data = sys.stdin.buffer.read(count)
    if len(data) < count:
        sys.exit(0)
    return data


def main():
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        (length,) = struct.unpack("<I", exactly(4))
        request = json.loads(exactly(length))
        payload = exactly(request.get("bytes", 0))
        try:
            result = COMMANDS[request["command"]](request, payload) or b""
            header = {"bytes": len(result)}
        except Exception as error:
            result = b""
            header = {"bytes": 0, "error": f"{type(error).__name__}: {error}"}
        text = json.dumps(header).encode()
        answers.write(struct.pack("<I", len(text)) + text + result)
        answers.flush()


main()
