"""The OpenAPI description as a client reads it: references followed where somebody looks.

Run from the command line, it has the tests of the whole contract make up other requests, and more of them.
"""

import argparse
import sys
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

Json = dict[str, Any]


def followed(document: Json, part: Any) -> Any:
    """A part of the description, or what it refers to."""
    while isinstance(part, dict) and "$ref" in part:
        target: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        part = target
    return part


def operations(document: Json) -> dict[str, dict[str, Json]]:
    """The operations by path and method; their parameters and answers stand in them."""
    return {
        path: {method: _whole(document, operation) for method, operation in methods.items()}
        for path, methods in document["paths"].items()
    }


def _whole(document: Json, operation: Json) -> Json:
    parameters = [_parameter(document, followed(document, p)) for p in operation.get("parameters", ())]
    answers = {status: followed(document, answer) for status, answer in operation["responses"].items()}
    return {**operation, "parameters": parameters, "responses": answers}


def _parameter(document: Json, parameter: Json) -> Json:
    schema = followed(document, parameter["schema"])
    items = {"items": followed(document, schema["items"])} if "items" in schema else {}
    return {**parameter, "schema": {**schema, **items}}


def trimmed(document: Json, records: Iterable[str]) -> Json:
    """The description of answers to `fields`: of records only `type` and `id` are always there."""
    looser = deepcopy(document)
    for name in records:
        looser["components"]["schemas"][name]["required"] = ["type", "id"]
    return looser


def require_shape(document: Json, schema: Json, value: Any) -> None:
    """Fail where a value is not as a schema of the description says."""
    whole = {"components": document["components"], **schema}
    faults = list(Draft202012Validator(whole).iter_errors(value))
    assert not faults, "; ".join(f"{fault.json_path}: {fault.message[:200]}" for fault in faults[:5])


def main() -> None:
    """Run from the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--examples", type=int, default=300)
    arguments.add_argument("--only", default="keeps_the_contract", help="as pytest's -k")
    given = arguments.parse_args()
    tests = str(Path(__file__).parents[1] / "test_contract.py")
    chance = (f"--contract-seed={given.seed}", f"--contract-examples={given.examples}")
    sys.exit(pytest.main([tests, "-m", "machine", "-k", given.only, *chance]))


if __name__ == "__main__":
    main()
