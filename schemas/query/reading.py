"""What a parameter is, and how the parameters of a query are read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..base import Fault, Json, nearest, quoted

#: Parameters of different names that a query has.
MOST_PARAMETERS = 100


@dataclass(frozen=True)
class Parameter:
    """One query parameter.

    `read` turns its text into a value or raises ValueError with a Fault; `schema` is its JSON
    Schema; `listed` says that a comma means any of, and so does the parameter given again; `tried`: a page
    for trying requests out sends the example though it need not be sent; `needs`: another parameter without
    which it means nothing.
    """

    name: str
    description: str
    schema: Json
    read: Callable[[str], Any]
    default: Any = None
    listed: bool = False
    example: Any = None
    required: bool = False
    tried: bool = False
    needs: str | None = None


@dataclass(frozen=True)
class QueryFault:
    """One fault of a query: the parameter, what is wrong, what is allowed."""

    parameter: str
    detail: str
    allowed: tuple[str, ...] = ()
    did_you_mean: str | None = None


class QueryError(ValueError):
    """The query cannot be understood; `faults` has every reason."""

    def __init__(self, faults: Sequence[QueryFault]) -> None:
        super().__init__("; ".join(fault.detail for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Query:
    """A query as understood: `values` of all parameters, `given` the names that were written."""

    values: Mapping[str, Any] = field(default_factory=dict)
    given: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def without(self, name: str) -> "Query":
        """The same, as if a parameter and its negation had not been written."""
        left_out = {name, f"{name}.not"}
        return Query(self.values, self.given - left_out) if self.given & left_out else self


def read_query(pairs: Iterable[tuple[str, str]], parameters: Mapping[str, Parameter]) -> Query:
    """The values of a query's (name, text) pairs; defaults where nothing was written.

    A list that is given more than once is one list. Raises QueryError with every unknown, repeated,
    unreadable or missing parameter.
    """
    values = {name: parameter.default for name, parameter in parameters.items()}
    written: dict[str, list[str]] = {}
    for name, text in pairs:
        written.setdefault(name, []).append(text)
    if len(written) > MOST_PARAMETERS:
        raise QueryError([QueryFault("", f"the query has more than {MOST_PARAMETERS} parameters")])
    given: set[str] = set()
    faults: list[QueryFault] = []
    for name, texts in written.items():
        parameter = parameters.get(name)
        if parameter is None:
            faults.append(_unknown(name, parameters))
        elif len(texts) > 1 and not parameter.listed:
            faults.append(QueryFault(name, f"{name} is given more than once; it takes one value"))
        else:
            given.add(name)
            try:
                values[name] = parameter.read(",".join(texts))
            except ValueError as error:
                faults.append(_unreadable(name, error))
    faults += _missing(parameters, given, {*given, *(fault.parameter for fault in faults)})
    if faults:
        raise QueryError(faults)
    return Query(values, frozenset(given))


def _missing(parameters: Mapping[str, Parameter], given: set[str], named: set[str]) -> Iterator[QueryFault]:
    """A fault for each parameter that another or the query needs; what is `named` has a value or a fault."""
    for name in sorted(given):
        needed = parameters[name].needs
        if needed and needed not in named:
            yield QueryFault(name, f"{name} means nothing without {needed}: give both")
    for parameter in parameters.values():
        if parameter.required and parameter.name not in named:
            yield QueryFault(parameter.name, f"{parameter.name} is missing: {parameter.description}")


#: A parameter that most addresses have, and a reader would expect at the others.
_NO_PAST = "the past is told by records, collections, references, timelines, positions and provenance only"


def _unknown(name: str, parameters: Mapping[str, Parameter]) -> QueryFault:
    known = tuple(sorted(parameters))
    if name == "as_of":
        return QueryFault(name, f"as_of cannot stand here: {_NO_PAST}", known)
    if (listed := parameters.get(name.partition("[")[0])) and listed.listed:
        # How PHP and some libraries write lists.
        detail = f"unknown parameter {quoted(name)}; write {listed.name}=…,…: commas separate values"
        return QueryFault(quoted(name)[1:-1], detail, (listed.name,), listed.name)
    near = nearest(name, known)
    hint = f'; did you mean "{near}"?' if near else "."
    takes = f" Parameters here: {', '.join(known)}." if known else " This resource takes no parameters."
    return QueryFault(quoted(name)[1:-1], f"unknown parameter {quoted(name)}{hint}{takes}", known, near)


def _unreadable(name: str, error: ValueError) -> QueryFault:
    fault = error.args[0]
    if isinstance(fault, Fault):
        return QueryFault(name, f"{name}: {fault}", fault.allowed, fault.did_you_mean)
    return QueryFault(name, f"{name}: {fault}")
