"""A value that is accepted or refused as it stands."""

from typing import Any

from marshmallow import ValidationError, fields

from ..base import Json

COMMON_ERRORS = {"required": "is required", "null": "may not be null"}


class Checked(fields.Field[Any]):
    """A value that `fault` accepts or refuses as it stands; null where nothing is known."""

    read: Json = {}
    #: Whether every read has a value, though it need not be written.
    always_read = False

    def __init__(self, **kwargs: Any) -> None:
        required = kwargs.get("required", False)
        kwargs.setdefault("allow_none", not required)
        kwargs.setdefault("dump_default", None)
        kwargs["error_messages"] = COMMON_ERRORS | kwargs.get("error_messages", {})
        super().__init__(**kwargs)

    @property
    def written(self) -> Json:
        """JSON Schema of the input; the same as `read` unless a field says otherwise."""
        return self.read

    def fault(self, value: Any) -> str | None:
        """What is wrong with `value`, or None."""
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        wrong = self.fault(value)
        if wrong:
            raise ValidationError(wrong)
        return value

    def taken(self, value: Any) -> Any:
        """What is kept of a value that is not null. Raises ValidationError."""
        return self._deserialize(value, None, None)
