"""The cases by theme."""

from tests.conformance.cases import (
    connections,
    exchanges,
    failures,
    flows,
    proxies,
    streaming,
)
from tests.conformance.registry import Case

CASES: tuple[Case, ...] = tuple(
    case
    for module in (
        exchanges,
        flows,
        streaming,
        connections,
        proxies,
        failures,
    )
    for case in module.cases
)
