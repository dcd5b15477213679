"""Lists, and objects of other schemas."""

import json
from typing import Any, cast

from marshmallow import ValidationError, fields

from ..base import Fault, Json, ValueSchema, quoted
from .base import COMMON_ERRORS
from .references import Reference
from .texts import WebAddress

# Made once: json.dumps would make one for each value.
_IN_ORDER = json.JSONEncoder(sort_keys=True)


class Listed(fields.List[Any]):
    """A list of at most `most` members; [] where nothing is known.

    References, addresses and objects stand in it once each; objects are the same where their members `once`
    are, or where all of them are.
    """

    def __init__(
        self, inner: fields.Field[Any], most: int, *, once: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        least = 1 if kwargs.get("required") else 0
        kwargs.setdefault("dump_default", [])
        kwargs.setdefault("allow_none", not kwargs.get("required", False))
        kwargs["error_messages"] = COMMON_ERRORS | {"invalid": "must be a list"}
        super().__init__(inner, **kwargs)
        self.least, self.most, self.once = least, most, once

    @property
    def distinct(self) -> bool:
        """Whether a member may stand in it once only."""
        return isinstance(self.inner, Reference | fields.Nested | WebAddress)

    def _identity(self, member: Any) -> str:
        """What two members have in common that are the same, as they are read or served."""
        if isinstance(self.inner, Reference):
            return str(member["id"] if isinstance(member, dict) else member)
        if isinstance(member, str):
            return member
        stated = {n: v for n, v in member.items() if v not in (None, []) and n in (self.once or member)}
        named = {n: v["id"] if isinstance(v, dict) and "id" in v else v for n, v in stated.items()}
        return _IN_ORDER.encode(named)

    def _require_distinct(self, members: list[Any]) -> None:
        first: dict[str, int] = {}
        doubles: dict[Any, list[str]] = {}
        for index, member in enumerate(members):
            earlier = first.setdefault(self._identity(member), index)
            if earlier != index:
                which = f"{quoted(member)} " if isinstance(member, str) else ""
                doubles[index] = [Fault(f"{which}is listed twice: member {earlier} is the same")]
        if doubles:
            raise ValidationError(doubles)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self.most:
            # Before its members are looked at: ten thousand faults help nobody.
            raise ValidationError(Fault(f"has {len(value)} members; at most {self.most} are allowed"))
        if isinstance(value, list) and len(value) < self.least:
            raise ValidationError(Fault("must have at least one member"))
        nothing = value if isinstance(value, list) else ()
        faults: dict[Any, Any] = {i: [Fault("must not be null")] for i, m in enumerate(nothing) if m is None}
        try:
            members: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        except ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            faults |= error.messages
        if faults:
            raise ValidationError(dict(sorted(faults.items())))
        return self._told_apart(members)

    def _told_apart(self, members: list[Any]) -> list[Any]:
        if self.distinct and len(members) > 1:
            self._require_distinct(members)
        return members

    def taken(self, value: Any) -> list[Any]:
        """What is kept of a list. Raises ValidationError for one with any fault."""
        if not isinstance(value, list) or not self.least <= len(value) <= self.most or None in value:
            raise ValidationError(COMMON_ERRORS["null"])
        take = getattr(self.inner, "taken", self.inner.deserialize)
        return self._told_apart([take(member) for member in value])

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> list[Any]:
        if not value:
            return []
        show = self.inner._serialize
        members = [show(member, attr, obj) for member in value]
        if len(members) < 2 or not self.distinct:
            return members
        # Two ids that were merged into one are one reference.
        return list({self._identity(member): member for member in reversed(members)}.values())[::-1]


class One(fields.Nested):
    """An object of another schema; null where nothing is known."""

    def __init__(self, nested: Any, **kwargs: Any) -> None:
        kwargs.setdefault("dump_default", None)
        kwargs.setdefault("allow_none", not kwargs.get("required", False))
        kwargs["error_messages"] = COMMON_ERRORS | {"type": "must be an object"}
        super().__init__(nested, **kwargs)

    def taken(self, value: Any) -> Json:
        """What is kept of an object. Raises ValidationError for one with any fault."""
        return cast(ValueSchema, self.schema).read(value)

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:  # type: ignore[override]  # marshmallow has two names for it
        return None if value is None else self.schema.dump(value)
