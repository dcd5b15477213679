"""Every read of the contract, derived from the OpenAPI document of the revision that leads."""

from collections.abc import Iterator
from functools import cached_property
from random import Random
from typing import Any

from ..contract import operations
from .edits import PLURALS
from .leader import Leader, Query

#: In three scripts, and in every form that a search reads.
SEARCHES = (
    "hoppo ryodo", "北方", "北方領土", "北", "Курилы", "мир", "ab", "a", '"peace treaty"', "treaty -abe",
    "kuril*", "abe", "russia", "japan putin", "Łódź", "“so called”", "new-1", "日本", "договор", "-treaty",
    "***", "g20 2019",
)  # fmt: skip
#: Values by type or format.
KINDS = {
    "boolean": ("true", "false"),
    "integer": (0, 1, 2, 10),
    "edtf": ("2019", "2019-06", "2018-11/2019-07", "1945/..", "../1956", "2019-07-21", "195X", "2019-02-30"),
}  # fmt: skip
#: Of so many records one is read in every way; the others in some, drawn at random.
SURVEYED = 30
NOON = "Thu, 01 Jan 2026 12:00:00 GMT"
LANGUAGES = ("ja", "ru", "en;q=0.5, ru", "zh-Hant", "*")
#: Members of a query that mean one and the same member of a record.
PAIRS = (("via", "role"), ("question", "stance"), ("participant", "participant_role"))
#: The document about the service may change without a change of what is served.
SELF = ("/openapi.json", "/openapi.yaml", "/docs/")
#: What each parameter is tried together with.
COMPANIONS = ("as_of", "perspective", "match", "count")
_KEYED = {"Authorization": "Bearer {key:editor}"}


class Survey:
    """Reads addresses of the contract in every way that it allows."""

    def __init__(
        self,
        leader: Leader,
        chance: Random,
        moments: list[str],
        times: list[str],
        ids: list[tuple[str, str]],
        every: int,
    ) -> None:
        """`moments` go into `as_of`, `times` into `updated_since`; `ids` are plurals and ids of records.

        Of so many records of a type as `every` says, one is read; of so many values of one parameter beside
        another, one is tried.
        """
        self._leader, self._chance, self._every = leader, chance, every
        self._in_company = 0
        self._moments = moments
        self._fixed = {
            "as_of": moments,
            "updated_since": times,
            "q": SEARCHES,
            "perspective": ("japan", "russia", "mofa-japan", "new-1"),
            # Nobody writes while a reader waits here.
            "wait": (0,),
        }
        self._ids: dict[str, list[str]] = {plural: [] for plural in PLURALS.values()}
        for plural, record_id in ids:
            self._ids[plural].append(record_id)
        self._operations = {
            path: methods["get"] for path, methods in operations(leader.contract).items() if "get" in methods
        }

    def read(self) -> None:
        """Ask everything."""
        for path in (*SELF, "/docs", "/nowhere", "/v1/", "/v1/nowhere", "/v1/claims/"):
            self._leader.get(path)
        for template in self._operations:
            if template not in SELF:
                self._read_operation(template)

    def _read_operation(self, template: str) -> None:
        if "{number}" in template:
            self._read_revisions(template)
        elif "{id}" in template:
            self._read_records(template)
        elif "{name}" in template:
            for name in (*self._parameter(template, "name")["schema"]["enum"], "nowhere"):
                self._leader.get(template.replace("{name}", name))
        else:
            self._survey(template, template)
            self._misread(template, template)

    def _read_records(self, template: str) -> None:
        for number, record_id in enumerate(self._ids[_plural(template)][:: self._every]):
            path = template.replace("{id}", record_id)
            if number % SURVEYED == 0:
                self._survey(template, path)
                self._misread(template, path)
            else:
                self._glance(template, path)
        for nobody in ("nobody", "Nobody!"):
            self._glance(template, template.replace("{id}", nobody))

    def _read_revisions(self, template: str) -> None:
        for record_id in self._ids[_plural(template)][:: self._every]:
            path = template.replace("{id}", record_id)
            listed = self._leader.get(path.removesuffix("/{number}"))
            numbers = [r["number"] for r in listed.get_json()["data"]] if listed.status_code == 200 else []
            for number in (*numbers, max(numbers, default=0) + 1):
                self._leader.get(path.replace("{number}", str(number)))
            for number in numbers if len(numbers) > 1 else ():
                for other in numbers:
                    self._leader.get(path.replace("{number}", str(number)), {"compare": other})

    # One address

    def _survey(self, template: str, path: str) -> None:
        """An address with every parameter, each with all its values, alone and in company."""
        self._glance(template, path)
        names = self._queries(template)
        for limit in (7, 50, 200) if "after" in names else ():
            for _ in self._leader.walk(path, {**self._needed(template), "limit": limit}):
                pass
        for name in names:
            self._try(template, path, name)
            for other in COMPANIONS if name not in COMPANIONS else ():
                if other in names:
                    self._try_with(template, path, name, other)
        for one, other in PAIRS:
            if {one, other} <= set(names):
                self._pair(template, path, one, other)
        for _ in range(0 if len(names) < 2 else 6 if "{id}" in template else 60):
            self._leader.get(
                path, self._base(template) | self._company(template), self._chance.choice(("", "editor"))
            )

    def _try(self, template: str, path: str, name: str) -> None:
        """One parameter with each of its values."""
        base, key = self._base(template), _KEYED if name == "status" else {}
        for value in self._values(template, name):
            for _ in self._leader.walk(path, {**base, name: value}, 2, **key):
                pass
            for language in LANGUAGES if name == "perspective" else ():
                self._leader.get(path, {**base, name: value}, Accept_Language=language)

    def _try_with(self, template: str, path: str, name: str, other: str) -> None:
        """One parameter with its first value, and another with each of its values."""
        base = self._base(template)
        for first in self._values(template, name)[:1]:
            for second in self._values(template, other):
                self._in_company += 1
                if self._in_company % self._every == 0:
                    self._leader.get(path, {**base, name: first, other: second})

    def _pair(self, template: str, path: str, one: str, other: str) -> None:
        base = self._base(template)
        for first in self._values(template, one)[:4]:
            for second in self._values(template, other):
                self._leader.get(path, {**base, one: first, other: second})
        first, second = self._values(template, one)[0], self._values(template, other)[0]
        for moment in self._moments:
            self._leader.get(path, {**base, one: first, other: second, "as_of": moment})

    def _glance(self, template: str, path: str) -> None:
        """An address alone, with a key, in other formats, in the past, with one value of each parameter."""
        base = self._needed(template)
        answer = self._leader.get(path, base)
        if "ETag" in answer.headers:
            self._ask_again(path, base, answer.headers.get("Last-Modified"))
        self._leader.get(path, base, "editor")
        for media in self._media(template)[1:]:
            self._leader.get(path, base, Accept=media)
        self._look_back(template, path)
        for name in self._queries(template):
            if values := self._values(template, name):
                query = {**self._base(template), name: self._chance.choice(values)}
                self._leader.get(path, query, Accept_Language=self._chance.choice(LANGUAGES))

    def _look_back(self, template: str, path: str) -> None:
        """An address at every moment, in every format."""
        for moment in self._moments if "as_of" in self._queries(template) else ():
            for media in self._media(template):
                self._leader.get(path, {**self._needed(template), "as_of": moment}, Accept=media)
        if self._takes(template, "Accept-Datetime"):
            self._leader.get(path, Accept_Datetime=NOON)

    def _ask_again(self, path: str, base: Query, modified: str | None) -> None:
        tag = f"{{etag:{self._leader.number}}}"
        self._leader.get(path, base, If_None_Match=tag)
        if modified:
            self._leader.get(path, base, If_Modified_Since=modified)

    def _misread(self, template: str, path: str) -> None:
        """What an address refuses."""
        base, send = self._needed(template), self._leader.send
        for name in (*self._queries(template), "nonsense"):
            for wrong in ({name: "no nonsense!"}, {name[:-1]: "1"}, {name: ""}):
                self._leader.get(path, base | wrong)
        for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "POST"):
            send(method, path)
        self._leader.get(path, base, Accept="text/html;q=0.1, image/png")
        self._leader.get(path, base, Authorization="Bearer facts_00000000_none")
        for moment in ("seq:999999", "2999-01-01T00:00:00Z", "seq:0", "2026"):
            self._leader.get(path, {**base, "as_of": moment})

    def _company(self, template: str) -> Query:
        """Two to five parameters, with values drawn at random."""
        names = self._queries(template)
        names = self._chance.sample(names, min(self._chance.randint(2, 5), len(names)))
        return {
            name: self._chance.choice(values) for name in names if (values := self._values(template, name))
        }

    # Parameters and their values

    def _queries(self, template: str) -> list[str]:
        return [p["name"] for p in self._operations[template].get("parameters", ()) if p["in"] == "query"]

    def _takes(self, template: str, header: str) -> bool:
        return any(p["name"] == header for p in self._operations[template].get("parameters", ()))

    def _media(self, template: str) -> list[str]:
        return list(self._operations[template]["responses"]["200"].get("content", {"*/*": None}))

    def _parameter(self, template: str, name: str) -> Any:
        return next(p for p in self._operations[template]["parameters"] if p["name"] == name)

    def _needed(self, template: str) -> Query:
        """What must be given."""
        given = self._operations[template].get("parameters", ())
        return {p["name"]: "treaty" for p in given if p["in"] == "query" and p.get("required")}

    def _base(self, template: str) -> Query:
        """What must be given, and pages of a handy length."""
        return {**self._needed(template), **({"limit": 20} if "limit" in self._queries(template) else {})}

    def _values(self, template: str, name: str) -> list[Any]:
        """Real values of a parameter; none for cursors, which are walked."""
        if name in self._fixed:
            return list(self._fixed[name])
        schema = self._parameter(template, name)["schema"]
        each = schema.get("items", schema)
        if "enum" in each:
            together = [",".join(each["enum"])] if schema["type"] == "array" and len(each["enum"]) > 1 else []
            return [*together, *each["enum"]]
        if each["type"] in KINDS:
            return list(KINDS[each["type"]])
        if "format" in each:
            return list(KINDS.get(each["format"], ()))
        return self._named(template, name.removesuffix(".not"))

    def _named(self, template: str, name: str) -> list[str]:
        """Values that records have."""
        if found := self._counted.get(name):
            return [*found, ",".join(found[:2])]
        some = self._ids[PLURALS.get(name) or _plural(template)]
        return [*some[:2], *some[-2:], ",".join(some[::9][:20])]

    @cached_property
    def _counted(self) -> dict[str, list[str]]:
        """The values of each facet: the most frequent, and the rarest."""
        found: dict[str, list[str]] = {}
        for plural in PLURALS.values():
            template = f"/v1/{plural}"
            if "facets" in self._queries(template):
                for name, values in self._facets(template):
                    found.setdefault(name, values)
        return found

    def _facets(self, template: str) -> Iterator[tuple[str, list[str]]]:
        every = ",".join(self._parameter(template, "facets")["schema"]["items"]["enum"])
        facets = self._leader.get(template, {"facets": every, "limit": 1}).get_json()["facets"]
        for name, facet in facets.items():
            values = [str(member["value"]) for member in facet["values"] if member["value"] is not None]
            yield name, [*values[:3], *values[3:][-1:]]


def _plural(template: str) -> str:
    """The records that an address is about; claims where it is about many types."""
    plural = template.split("/")[2]
    return plural if plural in PLURALS.values() else "claims"
