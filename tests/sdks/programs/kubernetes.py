"""kubernetes: on urllib3, with a watch and a followed log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from tests.sdks.imitations.kubernetes import TOKEN, Kubernetes
from tests.sdks.programs.program import Program


@contextmanager
def client(url: str) -> Iterator[Any]:
    kubernetes = pytest.importorskip("kubernetes")
    configuration = kubernetes.client.Configuration(
        host=url, api_key={"authorization": TOKEN}, api_key_prefix={"authorization": "Bearer"}
    )
    configuration.retries = False
    with closing(kubernetes.client.ApiClient(configuration)) as made:
        yield kubernetes.client.CoreV1Api(made)


def pods(api: Any) -> Any:
    kubernetes = pytest.importorskip("kubernetes")
    listed = api.list_namespaced_pod("default", limit=10)
    container = kubernetes.client.V1Container(name="main", image="nginx:1.27")
    wanted = kubernetes.client.V1Pod(
        metadata=kubernetes.client.V1ObjectMeta(name="web-9"),
        spec=kubernetes.client.V1PodSpec(containers=[container]),
    )
    made = api.create_namespaced_pod("default", wanted)
    with pytest.raises(kubernetes.client.ApiException) as caught:
        api.read_namespaced_pod("absent", "default")
    refusal = caught.value.status, json.loads(caught.value.body)["message"]
    return [pod.to_dict() for pod in listed.items], made.status.phase, refusal


def watch(api: Any, arrived: Callable[[], None]) -> Any:
    kubernetes = pytest.importorskip("kubernetes")
    seen = []
    for event in kubernetes.watch.Watch().stream(api.list_namespaced_pod, "default", timeout_seconds=5):
        arrived()
        seen.append((event["type"], event["object"].metadata.name, event["object"].status.phase))
    return seen


def log(api: Any, arrived: Callable[[], None]) -> Any:
    answer = api.read_namespaced_pod_log("web-1", "default", follow=True, _preload_content=False)
    pieces = []
    for piece in answer.stream():
        arrived()
        pieces.append(piece)
    answer.release_conn()
    return pieces


PROGRAMS = (
    Program("kubernetes-pods", "kubernetes", Kubernetes, client, pods, (TOKEN,)),
    Program("kubernetes-watch", "kubernetes", Kubernetes, client, watch, (TOKEN,), streams=True),
    Program("kubernetes-log", "kubernetes", Kubernetes, client, log, (TOKEN,), streams=True),
)
