"""The upper bound: a bare Flask route that answers with a constant body of the same size."""

import os

from flask import Flask, Response

BODY = b'"' + b"x" * (int(os.environ["BENCH_SIZE"]) - 2) + b'"'

app = Flask(__name__)


@app.get("/")
def constant() -> Response:
    return Response(BODY, content_type="application/json")
