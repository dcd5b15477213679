"""What a description says more than once stands in its components once, and nothing else stands there."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from schemas.base import Json

_NAME = "x-component"


def named(name: str, schema: Json) -> Json:
    """A schema that becomes a component, which is referred to wherever it stands."""
    return {_NAME: name, **schema}


def share(document: Json) -> Json:
    """The description with components for its named schemas, its parameters and common answers."""
    schemas: dict[str, Json] = {}
    shared: Json = _lifted(document, schemas)
    shared["components"]["schemas"] |= schemas
    operations = [operation for path in shared["paths"].values() for operation in path.values()]
    shared["components"]["parameters"] = _share_parameters(operations)
    shared["components"]["schemas"] |= _share_lists_of_values(shared["components"]["parameters"])
    shared["components"]["responses"] |= _share_answers(operations)
    return _without_unused(shared)


def _lifted(value: Any, into: dict[str, Json]) -> Any:
    """The value with references in the place of named schemas, which are put `into` the components."""
    if isinstance(value, list):
        return [_lifted(member, into) for member in value]
    if not isinstance(value, dict):
        return value
    inside = {name: _lifted(member, into) for name, member in value.items() if name != _NAME}
    if _NAME not in value:
        return inside
    name = value[_NAME]
    if into.setdefault(name, inside) != inside:
        raise ValueError(f"two schemas are called {name}")
    return {"$ref": f"#/components/schemas/{name}"}


class _Shared:
    """Parts of operations that become components of one kind.

    What is not the same everywhere is called after the first operation that has this form of it.
    """

    def __init__(self, kind: str, least: int) -> None:
        self.kind, self.least = kind, least
        self.components: Json = {}
        self._forms: dict[str, dict[str, str]] = {}
        self._uses: Counter[str] = Counter()

    def see(self, operation: Json, name: str, part: Json) -> None:
        """Count a use."""
        form = json.dumps(part)
        self._forms.setdefault(name, {}).setdefault(form, operation["operationId"])
        self._uses[form] += 1

    def reference(self, name: str, part: Json) -> Json:
        """What stands in the place of a part: itself where it is used less than `least` times."""
        form, forms = json.dumps(part), self._forms[name]
        if self._uses[form] < self.least:
            return part
        component = name if len(forms) == 1 else f"{forms[form]}.{name}"
        self.components[component] = part
        return {"$ref": f"#/components/{self.kind}/{component}"}


def _share_parameters(operations: list[Json]) -> Json:
    """Put references in the place of the operations' parameters; the components that they lead to."""
    shared = _Shared("parameters", least=1)
    for operation in operations:
        for parameter in operation["parameters"]:
            shared.see(operation, parameter["name"], parameter)
    for operation in operations:
        operation["parameters"] = [shared.reference(p["name"], p) for p in operation["parameters"]]
    return shared.components


def _share_lists_of_values(parameters: Json) -> Json:
    """Put references in the place of closed lists of values that several parameters take; the schemas that
    they lead to, each called after the first of its parameters."""
    lists: dict[str, list[str]] = {}
    for name, parameter in parameters.items():
        item = parameter["schema"].get("items", {})
        if "enum" in item:
            lists.setdefault(json.dumps(item), []).append(name)
    schemas: Json = {}
    for form, names in lists.items():
        if len(names) > 1:
            title = f"{''.join(word[0].upper() + word[1:] for word in re.split('[._]', names[0]))}Values"
            schemas[title] = json.loads(form)
            for name in names:
                parameters[name]["schema"]["items"] = {"$ref": f"#/components/schemas/{title}"}
    return schemas


def _share_answers(operations: list[Json]) -> Json:
    """The same for answers that several operations give."""
    shared = _Shared("responses", least=2)
    for operation in operations:
        for status, answer in operation["responses"].items():
            shared.see(operation, status, answer)
    for operation in operations:
        operation["responses"] = {
            status: answer if "$ref" in answer else shared.reference(status, answer)
            for status, answer in operation["responses"].items()
        }
    return shared.components


def _without_unused(document: Json) -> Json:
    """The description without components that nothing leads to."""
    components = document["components"]
    used: set[str] = set()
    queue = list(_references({name: part for name, part in document.items() if name != "components"}))
    while queue:
        reference = queue.pop()
        if reference not in used:
            used.add(reference)
            kind, name = reference.split("/")[-2:]
            queue += _references(components[kind][name])
    kept = {
        kind: {name: part for name, part in parts.items() if f"#/components/{kind}/{name}" in used}
        for kind, parts in components.items()
        if kind != "securitySchemes"
    }
    return {**document, "components": {**components, **kept}}


def _references(value: Any) -> Iterator[str]:
    """Every address of a component that a value names."""
    if isinstance(value, str) and value.startswith("#/components/"):
        yield value
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in members:
        yield from _references(member)
