"""Triton's public Python client against PlatformHost: acceptance.py URL FOLDER. It adds models to FOLDER, the server's model repository."""

import os
import sys

import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

URL, FOLDER = sys.argv[1:]
PASSED = 0


def varint(n):
    out = b""
    while n > 0x7F:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name, element, columns):
    dims = field(1, field(2, "n")) + b"".join(field(1, field(2 if isinstance(c, str) else 1, c)) for c in columns)
    return field(1, name) + field(2, field(1, field(1, element) + field(2, dims)))


def node(operator, inputs, output):
    return field(1, b"".join(field(1, i) for i in inputs) + field(2, output) + field(4, operator))


def model(nodes, inputs, outputs, weights=b""):
    graph = b"".join(nodes) + field(2, "g") + weights
    graph += b"".join(field(11, i) for i in inputs) + b"".join(field(12, o) for o in outputs)
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


def add(name, version, content):
    path = os.path.join(FOLDER, name, str(version))
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "model.onnx"), "wb") as file:
        file.write(content)


ELEMENTS = {"FP32": 1, "UINT8": 2, "INT8": 3, "UINT16": 4, "INT16": 5, "INT32": 6, "INT64": 7, "BYTES": 8, "BOOL": 9, "FP64": 11, "UINT32": 12, "UINT64": 13}


def check(name, holds):
    global PASSED
    if not holds:
        sys.exit(f"FAILED: {name}")
    PASSED += 1
    print(f"ok {name}", flush=True)


def refused(name, call, *words):
    try:
        call()
    except InferenceServerException as e:
        check(f"{name}: {e}", e.status() and (e.status()[0] == "4" or e.status() == "501") and all(w in e.message() for w in words))
    else:
        check(name, False)


def given(name, array, datatype, binary=True):
    value = http.InferInput(name, list(array.shape), datatype)
    value.set_data_from_numpy(array, binary_data=binary)
    return value


client = http.InferenceServerClient(URL)
identity = [node("Identity", ["x"], "y")]
for datatype, element in ELEMENTS.items():
    add(f"same_{datatype}", 1, model(identity, [tensor("x", element, [3])], [tensor("y", element, [3])]))
twice = [node("Add", ["a", "b"], "sum"), node("Mul", ["a", "b"], "product")]
pair = model(twice, [tensor("a", 1, [2]), tensor("b", 1, [2])], [tensor("sum", 1, [2]), tensor("product", 1, [2])])
add("pair", 1, pair)
add("pair", 2, model(twice[:1], [tensor("a", 1, [2]), tensor("b", 1, [2])], [tensor("sum", 1, [2])]))

check("server is live", client.is_server_live())
check("server is ready", client.is_server_ready())
check("server has the binary extension", "binary_tensor_data" in client.get_server_metadata()["extensions"])
client.load_model("pair")
check("loaded model is ready", client.is_model_ready("pair") and client.is_model_ready("pair", "1"))
check("unknown model is not ready", not client.is_model_ready("absent"))
check("all versions can be asked for", client.get_model_metadata("pair")["versions"] == ["1", "2"])
check("highest version answers", [o["name"] for o in client.get_model_metadata("pair")["outputs"]] == ["sum"])
config = client.get_model_config("pair", "1")
check("configuration has inputs", [(i["name"], i["data_type"], i["dims"]) for i in config["input"]] == [(n, "TYPE_FP32", [2]) for n in "ab"])
metadata = client.get_model_metadata("pair", "1")
check("metadata has inputs", metadata["inputs"] == [{"name": n, "datatype": "FP32", "shape": [-1, 2]} for n in "ab"])
check("metadata has the platform", metadata["platform"] == "onnx_onnxv1")
index = {(m["name"], m["version"]): m["state"] for m in client.get_model_repository_index()}
check("index has both versions", index[("pair", "1")] == "READY" and index[("pair", "2")] == "READY")

EXTREMES = {
    "FP32": [np.finfo(np.float32).max, 0, -1.5], "FP64": [np.finfo(np.float64).max, 5e-324, -0.1], "BOOL": [True, False, True],
    "BYTES": ["", "Ünï😀", 'quote " and \\'],
}
NUMPY = {"FP32": np.float32, "FP64": np.float64, "BOOL": bool, "BYTES": object}
for datatype in ELEMENTS:
    kind = NUMPY.get(datatype) or np.dtype(datatype.lower()).type
    values = EXTREMES.get(datatype) or [np.iinfo(kind).min, np.iinfo(kind).max, 1]
    array = np.array([values, values[::-1]], dtype=kind)
    for binary_in in (True, False):
        for binary_out in (True, False):
            outputs = [http.InferRequestedOutput("y", binary_data=binary_out)]
            result = client.infer(f"same_{datatype}", [given("x", array, datatype, binary_in)], outputs=outputs).as_numpy("y")
            if datatype == "BYTES":
                result = np.array([[e.decode() if isinstance(e, bytes) else e for e in row] for row in result], dtype=object)
            ways = f"{datatype} in as {'bytes' if binary_in else 'JSON'}, out as {'bytes' if binary_out else 'JSON'}"
            check(ways, result.dtype == array.dtype and (result == array).all())

a, b = np.array([[1, 2], [3, 4]], dtype=np.float32), np.array([[10, 20], [30, 40]], dtype=np.float32)
result = client.infer("pair", [given("a", a, "FP32"), given("b", b, "FP32", binary=False)], model_version="1", request_id="mine")
check("bytes and JSON in one request", (result.as_numpy("sum") == a + b).all() and (result.as_numpy("product") == a * b).all())
answer = result.get_response()
check("answer names model, version and request", (answer["model_name"], answer["model_version"], answer["id"]) == ("pair", "1", "mine"))
check("answer has route and prediction", answer["parameters"]["route"] == "primary" and len(answer["parameters"]["prediction_id"]) == 32)
result = client.infer("pair", [given("a", a, "FP32", False), given("b", b, "FP32", False)], model_version="1")
check("no outputs asked for: all, as bytes", (result.as_numpy("product") == a * b).all())
only = client.infer("pair", [given("a", a, "FP32"), given("b", b, "FP32")], model_version="1", outputs=[http.InferRequestedOutput("sum")])
check("one output asked for", [o["name"] for o in only.get_response()["outputs"]] == ["sum"])
for packing in ("gzip", "deflate"):
    result = client.infer("pair", [given("a", a, "FP32"), given("b", b, "FP32")], request_compression_algorithm=packing)
    check(f"request packed by {packing}", (result.as_numpy("sum") == a + b).all())
rows = np.random.default_rng(1).random((1000, 2), dtype=np.float32)
check("a thousand rows", (client.infer("pair", [given("a", rows, "FP32"), given("b", rows, "FP32")]).as_numpy("sum") == rows + rows).all())

sides = ["height", "width"]
add("negative", 1, model([node("Neg", ["x"], "y")], [tensor("x", 1, sides)], [tensor("y", 1, sides)]))
check("variable dimensions", client.get_model_metadata("negative")["inputs"][0]["shape"] == [-1, -1, -1])
for shape in ((1, 2, 3), (2, 5, 1)):
    picture = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    check(f"a picture of {shape}", (client.infer("negative", [given("x", picture, "FP32")]).as_numpy("y") == -picture).all())
refused("a picture without height", lambda: client.infer("negative", [given("x", np.zeros((1, 0, 3), np.float32), "FP32")]), "dimension 1")

refused("unknown model", lambda: client.infer("absent", [given("a", a, "FP32")]), "absent")
refused("unknown version", lambda: client.infer("pair", [given("a", a, "FP32")], model_version="9"), "9")
refused("missing input", lambda: client.infer("pair", [given("a", a, "FP32")]), "'b'")
refused("unknown input", lambda: client.infer("pair", [given(n, a, "FP32") for n in "abc"]), "'c'")
refused("wrong type", lambda: client.infer("pair", [given(n, a.astype(np.float64), "FP64") for n in "ab"]), "'a'")
refused("wrong shape", lambda: client.infer("pair", [given(n, np.zeros((2, 3), np.float32), "FP32") for n in "ab"]), "[2,3]", "[-1,2]")
refused("rows that differ", lambda: client.infer("pair", [given("a", a, "FP32"), given("b", b[:1], "FP32")]), "rows")
asked = [http.InferRequestedOutput("absent")]
refused("unknown output", lambda: client.infer("pair", [given(n, a, "FP32") for n in "ab"], outputs=asked), "absent")
nan = np.array([[np.nan, 1, 2]], dtype=np.float32)
as_json = [http.InferRequestedOutput("y", binary_data=False)]
refused("NaN out as JSON", lambda: client.infer("same_FP32", [given("x", nan, "FP32")], outputs=as_json), "binary")
check("NaN as bytes", np.isnan(client.infer("same_FP32", [given("x", nan, "FP32")]).as_numpy("y")[0, 0]))
refused("a file with the request to load", lambda: client.load_model("pair", config="{}", files={"file:1/model.onnx": pair}))

client.unload_model("pair")
check("an unloaded model is not ready", not client.is_model_ready("pair") and client.is_server_ready())
check("the index says so", [(m["state"], m["reason"]) for m in client.get_model_repository_index() if m["name"] == "pair"] == [("UNAVAILABLE", "unloaded")])
try:
    client.infer("pair", [given("a", a, "FP32"), given("b", b, "FP32")])
    check("an unloaded model", False)
except InferenceServerException as e:
    check(f"an unloaded model: {e}", e.status() == "503" and "unloaded" in str(e))
client.load_model("pair")
check("a loaded one is", client.is_model_ready("pair"))
result = client.infer("pair", [given("a", a, "FP32"), given("b", b, "FP32")])
check("and answers", (result.as_numpy("sum") == a + b).all())
add("broken", 1, b"\x08\x01 not a model")
try:
    client.load_model("broken")
    check("broken model", False)
except InferenceServerException as e:
    check(f"broken model is not ready: {e}", e.status() == "503" and not client.is_model_ready("broken"))
check("the others go on", client.is_server_ready() and client.is_model_ready("pair"))
print(f"{PASSED} passed")
