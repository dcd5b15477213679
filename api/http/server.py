"""gunicorn, set up for this service."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn with the settings that this service needs, without a configuration file."""

    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make_app, self._options = make_app, options
        super().__init__()

    def load_config(self) -> None:
        """Take the options; called by gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application of one worker; called by gunicorn in each."""
        return self._make_app()


def options(host: str, port: int, workers: int, threads: int) -> dict[str, Any]:
    """gunicorn's settings.

    `limit_request_line` is the largest it takes. The C parser is required, not merely preferred: a
    silent fall-back would cost a quarter of the speed.
    """
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": "api.http.worker.EventWorker",
        "http_parser": "fast",
        "limit_request_line": 8190,
        "limit_request_fields": 100,
        "limit_request_field_size": 8190,
        "keepalive": 30,
        "timeout": 60,
        "graceful_timeout": 20,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "proc_name": "facts",
        "control_socket_disable": True,
    }
