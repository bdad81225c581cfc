"""Triton's public Python client for gRPC against PlatformHost: grpc_acceptance.py URL, after acceptance.py, whose models it asks."""

import sys

import numpy as np
import tritonclient.grpc as grpc
from tritonclient.utils import InferenceServerException

PASSED = 0


def check(name, holds):
    global PASSED
    if not holds:
        sys.exit(f"FAILED: {name}")
    PASSED += 1
    print(f"ok gRPC {name}", flush=True)


def refused(name, call, status, *says):
    try:
        call()
    except InferenceServerException as e:
        check(f"{name}: {e}", e.status() == f"StatusCode.{status}" and all(s in e.message() for s in says))
        return
    check(f"{name} is refused", False)


def given(name, values, datatype):
    tensor = grpc.InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values)
    return tensor


client = grpc.InferenceServerClient(sys.argv[1])
check("live and ready", client.is_server_live() and client.is_server_ready() and client.is_model_ready("pair"))
check("server metadata", {"binary_tensor_data", "statistics"} <= set(client.get_server_metadata().extensions))
metadata = client.get_model_metadata("pair")
check("model metadata", [(i.name, i.datatype, list(i.shape)) for i in metadata.inputs] == [("a", "FP32", [-1, 2]), ("b", "FP32", [-1, 2])])
config = client.get_model_config("pair").config
check("configuration", config.name == "pair" and config.max_batch_size > 0 and [list(i.dims) for i in config.input] == [[2], [2]])

a, b = np.float32([[1, 2], [3, 4]]), np.float32([[10, 20], [30, 40]])
inputs = [given("a", a, "FP32"), given("b", b, "FP32")]
result = client.infer("pair", inputs, request_id="q", outputs=[grpc.InferRequestedOutput("sum")])
check("sum", (result.as_numpy("sum") == a + b).all())
check("identity", result.get_response().id == "q" and result.get_response().model_version == "2" and "prediction_id" in result.get_response().parameters)
for datatype, kind in {"FP64": np.float64, "INT8": np.int8, "INT64": np.int64, "UINT8": np.uint8, "UINT64": np.uint64, "BOOL": np.bool_}.items():
    ends = [False, True] if kind is np.bool_ else [np.finfo(kind).min, np.finfo(kind).max] if kind is np.float64 else [np.iinfo(kind).min, np.iinfo(kind).max]
    values = np.array([[ends[0], ends[1], ends[0]]], dtype=kind)
    check(f"{datatype} to its ends", (client.infer(f"same_{datatype}", [given("x", values, datatype)]).as_numpy("y") == values).all())
texts = np.array([["", "äöü €", "x" * 1000]], dtype=object)
check("texts", [t.decode() for t in client.infer("same_BYTES", [given("x", texts, "BYTES")]).as_numpy("y")[0]] == list(texts[0]))

refused("unknown model", lambda: client.infer("absent", inputs), "NOT_FOUND", "absent")
refused("unknown version", lambda: client.infer("pair", inputs, model_version="9"), "NOT_FOUND", "9")
refused("missing input", lambda: client.infer("pair", inputs[:1]), "INVALID_ARGUMENT", "'b'")
refused("wrong type", lambda: client.infer("pair", [given(n, a.astype(np.float64), "FP64") for n in "ab"]), "INVALID_ARGUMENT", "'a'")
refused("shared memory", client.get_system_shared_memory_status, "UNIMPLEMENTED")

answers = []
client.start_stream(lambda result, error: answers.append(str(error) if error else result.get_response().id))
for request in range(3):
    client.async_stream_infer("pair", inputs, request_id=str(request))
client.async_stream_infer("pair", inputs[:1], request_id="bad")
client.async_stream_infer("pair", inputs, request_id="last")
client.stop_stream()
check(f"a stream in its order, which an error does not end: {answers}", answers[:3] + answers[4:] == ["0", "1", "2", "last"] and "'b'" in answers[3])

of = client.get_inference_statistics("pair").model_stats[0]
check("statistics", of.inference_count > 0 and of.inference_stats.success.count > 0 and of.batch_stats[0].compute_infer.ns > 0)
client.unload_model("pair")
check("unloaded", not client.is_model_ready("pair") and any(m.name == "pair" and m.state == "UNAVAILABLE" for m in client.get_model_repository_index().models))
refused("an unloaded model", lambda: client.infer("pair", inputs), "UNAVAILABLE", "unloaded")
client.load_model("pair")
check("loaded", any(m.name == "pair" and m.state == "READY" for m in client.get_model_repository_index().models))
print(f"{PASSED} passed over gRPC")
