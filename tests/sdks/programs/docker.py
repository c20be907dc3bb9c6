"""docker: on requests over a unix socket; it reads its streams below requests and urllib3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import pytest

from tests.sdks.imitations.docker import REGISTRY_PASSWORD, Docker
from tests.sdks.programs.program import Program


@contextmanager
def client(url: str) -> Iterator[Any]:
    docker = pytest.importorskip("docker")
    with closing(docker.DockerClient(base_url=url, timeout=5)) as made:
        yield made


def containers(client: Any) -> Any:
    errors = pytest.importorskip("docker.errors")
    with pytest.raises(errors.NotFound) as caught:
        client.containers.get("absent")
    found = [(one.name, one.status, one.attrs["Config"]) for one in client.containers.list()]
    return client.ping(), found, caught.value.explanation


def whole_logs(client: Any) -> Any:
    return [one.logs() for one in client.containers.list()]


def followed_log(client: Any, arrived: Callable[[], None]) -> Any:
    """Frames of a known length, each taken off the urllib3 response."""
    return _each(client.containers.get("web").logs(stream=True, follow=True), arrived)


def terminal_log(client: Any, arrived: Callable[[], None]) -> Any:
    """Single bytes, as a terminal has no frames."""
    return _each(client.containers.get("terminal").logs(stream=True, follow=True), arrived)


def events(client: Any, arrived: Callable[[], None]) -> Any:
    """JSON by the chunk, which the SDK measures on the http.client response."""
    return _each(client.events(decode=True), arrived)


def pull(client: Any, arrived: Callable[[], None]) -> Any:
    credentials = {"username": "ada", "password": REGISTRY_PASSWORD}
    progress = client.api.pull("private/app", tag="1", stream=True, decode=True, auth_config=credentials)
    return _each(progress, arrived), client.images.get("private/app:1").tags


def _each(stream: Any, arrived: Callable[[], None]) -> list[Any]:
    seen = []
    for item in stream:
        arrived()
        seen.append(item)
    return seen


over_unix = partial(Program, sdk="docker", api=Docker, client=client, transport="unix")

# The SDK ties a followed log's socket into a cycle, which only the garbage collector closes.
LEFT_OPEN = "ignore:unclosed <socket:ResourceWarning"

PROGRAMS = (
    over_unix("docker-containers", use=containers, secrets=()),
    over_unix("docker-whole-logs", use=whole_logs, secrets=()),
    over_unix("docker-followed-log", use=followed_log, secrets=(), streams=True, tolerates=LEFT_OPEN),
    over_unix("docker-terminal-log", use=terminal_log, secrets=(), streams=True, tolerates=LEFT_OPEN),
    over_unix("docker-events", use=events, secrets=(), streams=True),
    over_unix("docker-pull", use=pull, secrets=(REGISTRY_PASSWORD,), streams=True),
)
