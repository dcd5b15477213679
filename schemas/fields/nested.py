"""Lists, and objects of other schemas."""

import json
from typing import Any

from marshmallow import ValidationError, fields

from ..base import Fault, quoted
from .base import COMMON_ERRORS
from .references import Reference
from .texts import WebAddress


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
        return json.dumps(named, sort_keys=True)

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
        if self.distinct:
            self._require_distinct(members)
        return members

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> list[Any]:
        members = super()._serialize(value or [], attr, obj, **kwargs) or []
        if not self.distinct or len(members) < 2:
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
