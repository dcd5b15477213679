"""Flask, where what it answers by itself is not what this service answers."""

from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Request, Response, abort
from werkzeug.routing import RequestRedirect

from .bodies import JSON, MERGE_PATCH
from .responses import empty_response


class Application(Flask):
    """Flask with redirects that name no host, and `OPTIONS` that says what a patch is written in."""

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Answer what the router could not lead to a view; called by Flask.

        Its redirects repeat what the client called the host, and are pages.
        """
        error = request.routing_exception
        if isinstance(error, RequestRedirect):
            abort(empty_response(error.code, Location=urlunsplit(("", "", *urlsplit(error.new_url)[2:]))))
        super().raise_routing_exception(request)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """A view as it is: none is asynchronous, and looking costs more than a router; called by Flask."""
        return func

    def make_default_options_response(self) -> Response:
        """The answer to `OPTIONS`; called by Flask."""
        response = super().make_default_options_response()
        # Methods would come in any order, and nothing comes as a page.
        response.headers["Allow"] = ", ".join(sorted(response.allow))
        del response.headers["Content-Type"]
        if "PATCH" in response.allow:
            response.headers["Accept-Patch"] = ", ".join((MERGE_PATCH, JSON))  # RFC 5789 §3.1
        return response
