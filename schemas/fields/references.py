"""Ids, and fields that name other records."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from ..base import Fault, Json, Rendering, quoted
from .base import Checked

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_ID = re.compile(ID_PATTERN)
ID: Json = {"$ref": "#/components/schemas/Id"}


def id_fault(value: object) -> str | None:
    """Why `value` cannot be a record's id, or None."""
    if not isinstance(value, str):
        return Fault("an id is a string such as abe-shinzo")
    if len(value) > 64 or not _ID.match(value) or value.endswith("\n"):
        return Fault(
            f"{quoted(value)} is not an id: 1-64 characters of a-z and 0-9, with single hyphens between"
        )
    return None


class Id(Checked):
    """A record's own id."""

    read = ID

    def fault(self, value: Any) -> str | None:
        return id_fault(value)


class Reference(Checked):
    """Another record: its id on input, {`type`, `id`, `name`, `href`} on output."""

    def __init__(self, *to: str, itself: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        #: Which types it takes, and whether a record may name itself here.
        self.to, self.itself = to, itself

    read = {"$ref": "#/components/schemas/Reference"}
    written = {"$ref": "#/components/schemas/ReferenceInput"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        given = value.get("id") if isinstance(value, Mapping) else value
        wrong = id_fault(given)
        if wrong:
            raise ValidationError(wrong)
        return str(given)

    def _serialize(self, value: str | None, attr: Any, obj: Any, **kwargs: Any) -> Json | None:
        return Rendering.get().reference(value) if value else None
