"""The dense networks of the load test behind FastAPI and uvicorn, computed by NumPy: what a Python team serves where ONNX Runtime is not to be had.

    fastapi_server.py MODELS PORT WORKERS

MODELS is a folder of MODEL/1/model.onnx, whose weights are read from the file. Answers POST /v2/models/MODEL/infer in JSON, as the protocol has it.
"""

import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # A pool of threads in each worker only takes the processors from the others.

import numpy  # noqa: E402
import uvicorn  # noqa: E402
from fastapi import FastAPI, HTTPException  # noqa: E402
from pydantic import BaseModel  # noqa: E402


def fields(message):
    """The numbers and values of a protobuf message's fields."""
    at = 0

    def varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        elif tag & 7 == 2:
            length = varint()
            yield tag >> 3, message[at : at + length]
            at += length
        else:
            size = {1: 8, 5: 4}[tag & 7]
            yield tag >> 3, struct.unpack_from("<q" if size == 8 else "<i", message, at)[0]
            at += size


class Dense:
    """Layers of a matrix and a bias; relu between them, softmax at the end."""

    def __init__(self, path):
        graph = next(value for field, value in fields(path.read_bytes()) if field == 7)
        tensors = {}
        for field, tensor in fields(graph):
            if field == 5:
                parts = list(fields(tensor))
                shape = [value for number, value in parts if number == 1]
                name = next(value for number, value in parts if number == 8).decode()
                data = next(value for number, value in parts if number == 9)
                tensors[name] = numpy.frombuffer(data, "<f4").reshape(shape)
        self.layers = [(tensors[f"w{i}"], tensors[f"b{i}"]) for i in range(1, len(tensors) // 2 + 1)]

    def __call__(self, rows):
        for i, (weights, bias) in enumerate(self.layers):
            rows = rows @ weights + bias
            if i < len(self.layers) - 1:
                rows = numpy.maximum(rows, 0)
        rows = numpy.exp(rows - rows.max(axis=1, keepdims=True))
        return rows / rows.sum(axis=1, keepdims=True)


class Tensor(BaseModel):
    name: str
    datatype: str
    shape: list[int]
    data: list[float]


class Request(BaseModel):
    inputs: list[Tensor]


models = {folder.name: Dense(folder / "1" / "model.onnx") for folder in Path(sys.argv[1]).iterdir() if folder.name.startswith("mlp")}
app = FastAPI()


@app.post("/v2/models/{model}/infer")
async def infer(model: str, request: Request):
    if model not in models:
        raise HTTPException(404, f"There is no model '{model}'.")
    given = request.inputs[0]
    answer = models[model](numpy.array(given.data, "f4").reshape(given.shape))
    return {
        "model_name": model,
        "outputs": [{"name": "probability", "datatype": "FP32", "shape": list(answer.shape), "data": answer.ravel().tolist()}],
    }


if __name__ == "__main__":
    uvicorn.run(
        "fastapi_server:app",
        host="127.0.0.1",
        port=int(sys.argv[2]),
        workers=int(sys.argv[3]),
        log_level="error",
        access_log=False,
        loop="uvloop",
        http="httptools",
        app_dir=str(Path(__file__).parent),
    )
