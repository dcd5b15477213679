"""What a record type is: its schema, its place in URLs, what its records are found, sorted and shown by."""

from dataclasses import dataclass, field

from schemas.base import Json
from schemas.record import RecordSchema

from .filters import Filter, RegistryError
from .mentions import Role, roles_of


@dataclass(frozen=True)
class RecordType:
    """One record type: its schema, its place in URLs, and what it is found and sorted by."""

    name: str
    plural: str
    schema: type[RecordSchema]
    #: What records of it are, in a line.
    what: str
    filters: tuple[Filter, ...]
    #: Members of the document that other records show or compute with.
    face: tuple[str, ...]
    dates: tuple[str, ...] = ()
    #: Members as served, as dotted paths, that a search looks in beside the title: its other names, and text.
    names: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    title_sorts: bool = True
    #: Where it stands among suggestions: those with names (0), with titles (1, 2), sentences (3).
    suggested: int = 1
    #: The id of a record that shows what the type is for, for the documentation.
    example: str | None = None
    shape: RecordSchema = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", self.schema())
        for index, declared in enumerate(self.filters):
            if fault := self._fault(declared, self.filters[:index]):
                raise RegistryError(f'filter "{declared.name}" of {self.plural}: {fault}')

    def _fault(self, declared: Filter, earlier: tuple[Filter, ...]) -> str | None:
        """What is wrong with a filter beside the others and the type's dates."""
        if any(declared.name == other.name for other in earlier):
            return "it is declared twice"
        if declared.pairs_with and declared.pairs_with not in {f.name for f in self.filters}:
            return f'it pairs with "{declared.pairs_with}", which is no filter of theirs'
        if declared.dated and declared.name not in self.dates:
            return "they have no such date"
        return None

    @property
    def title(self) -> str:
        """The field that names a record to people."""
        return self.schema.titled_by

    @property
    def roles(self) -> tuple[Role, ...]:
        """The fields that name other records."""
        return roles_of(self.schema)

    @property
    def located(self) -> bool:
        """Whether records of it can stand somewhere on the globe."""
        return "geometry" in self.shape.own_fields

    @property
    def sorts(self) -> tuple[str, ...]:
        """What `sort=` takes, without the `-`."""
        return ("id", *((self.title,) if self.title_sorts else ()), "updated", *self.dates)

    @property
    def includes(self) -> tuple[str, ...]:
        """What `include=` takes: the roles whose records are embedded."""
        return tuple(role.path for role in self.roles)

    @property
    def fields(self) -> tuple[str, ...]:
        """What `fields=` takes: every top-level member."""
        return ("type", "id", *self.shape.own_fields, "meta", "links")

    def href(self, record_id: str) -> str:
        """The address of a record of this type."""
        return f"/v1/{self.plural}/{record_id}"

    def reference(self, record_id: str, name: str | None, status: str = "published") -> Json:
        """A record as others show it: {`type`, `id`, `name`, `href`}, and its `status` unless published."""
        state = {} if status == "published" else {"status": status}
        return {"type": self.name, "id": record_id, "name": name, "href": self.href(record_id), **state}

    def filter(self, name: str) -> Filter:
        """The filter of that name; KeyError where there is none."""
        return next(f for f in self.filters if f.name == name)
