"""What can be wrong with a request."""

from .terms import ProblemType, Vocabulary


def _problem(name: str, status: int, title: str, definition: str) -> ProblemType:
    return ProblemType(name, definition, None, title, status)


PROBLEM_TYPES = Vocabulary(
    "problem-types",
    "Problem types",
    "What can be wrong with a request (RFC 9457).",
    (
        _problem(
            "invalid-query",
            400,
            "The query cannot be read",
            "A parameter is unknown, repeated or has a value outside what is allowed. `errors` names each.",
        ),
        _problem(
            "invalid-request",
            400,
            "The request cannot be read",
            "The request breaks the rules of HTTP: its line, its headers or its framing.",
        ),
        _problem(
            "invalid-json",
            400,
            "The body is not JSON",
            "The body is not JSON in UTF-8, names a member twice, or nests too deep.",
        ),
        _problem(
            "unauthorized",
            401,
            "An API key is needed",
            "No key was sent, or one that is unknown, expired or revoked.",
        ),
        _problem(
            "forbidden",
            403,
            "The key's role does not suffice",
            "The key is good, but its role may not do this. The detail names the role that may.",
        ),
        _problem(
            "not-found", 404, "Nothing is here", "No resource has this address, or no record has this id."
        ),
        _problem(
            "method-not-allowed", 405, "The method is not allowed here", "`Allow` lists the methods that are."
        ),
        _problem(
            "not-acceptable",
            406,
            "No acceptable form",
            "`Accept` takes none of the media types that the resource has. The detail lists them.",
        ),
        _problem(
            "request-timeout",
            408,
            "The request did not come in time",
            "Its head or its body took too long. Nothing was changed: send it again.",
        ),
        _problem(
            "conflict",
            409,
            "The record's state does not allow it",
            "The id is taken, or the record is in a state that the operation does not start from.",
        ),
        _problem(
            "gone",
            410,
            "The record was retracted",
            "`tombstone` tells when and why. Revisions and references can still be read.",
        ),
        _problem(
            "feed-expired",
            410,
            "That part of the feed is no longer kept",
            "Read the collections again, then follow the feed from the number that `resume` names.",
        ),
        _problem(
            "precondition-failed",
            412,
            "The record has changed meanwhile",
            "None of the tags in `If-Match` is current. `current` has the revision and tag that are.",
        ),
        _problem(
            "version-not-reached",
            412,
            "The record has no such version",
            "`Facts-Min-Version` names a commit that the database does not have. Ask without it.",
        ),
        _problem("payload-too-large", 413, "The body is too large", "The detail names the limit."),
        _problem(
            "uri-too-long", 414, "The address is too long", "The request line may have 8190 characters."
        ),
        _problem(
            "unsupported-media-type",
            415,
            "The body's media type is not taken here",
            "The detail lists the media types that are.",
        ),
        _problem(
            "invalid-document",
            422,
            "The document breaks the rules of the record",
            "It breaks the schema, or what records may say of one another. `errors` names every fault.",
        ),
        _problem(
            "idempotency-key-reused",
            422,
            "The idempotency key belongs to another request",
            "The key was used within 24 hours for another method, path or body.",
        ),
        _problem(
            "precondition-required",
            428,
            "`If-Match` is needed",
            "A change states which version of the record it starts from: the tag of the plain record.",
        ),
        _problem(
            "too-many-requests", 429, "Too many requests", "`Retry-After` says how many seconds to wait."
        ),
        _problem(
            "headers-too-large",
            431,
            "The headers are too large",
            "There are too many header fields, or one is too long.",
        ),
        _problem(
            "unavailable-for-legal-reasons",
            451,
            "Taken out because the law required it",
            "The bytes are gone; number, time and note stay.",
        ),
        _problem(
            "internal-error",
            500,
            "The service failed",
            "A fault of the service, not of the request. The request id leads to it in the log.",
        ),
        _problem(
            "not-implemented",
            501,
            "There is no such form",
            "oEmbed has JSON and XML, and answers what asks for another form with this status.",
        ),
        _problem(
            "unavailable",
            503,
            "Not available just now",
            "Service or database are busy, read-only or being changed. `Retry-After` says when to try again.",
        ),
        _problem(
            "query-timeout",
            503,
            "The query took too long",
            "It was stopped. The detail names the filters that narrow it.",
        ),
        _problem(
            "insufficient-storage", 507, "There is no room left", "The disk is full; nothing was changed."
        ),
    ),
)
