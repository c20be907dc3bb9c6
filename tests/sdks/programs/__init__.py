"""Programs that use the SDKs as their documentation shows, one file an SDK."""

from __future__ import annotations

from tests.sdks.programs import (
    anthropic,
    boto3,
    docker,
    elasticsearch,
    google,
    kubernetes,
    minio,
    openai,
    slack,
    stripe,
)
from tests.sdks.programs.program import Program

PROGRAMS: tuple[Program, ...] = (
    *openai.PROGRAMS,
    *anthropic.PROGRAMS,
    *stripe.PROGRAMS,
    *boto3.PROGRAMS,
    *slack.PROGRAMS,
    *google.PROGRAMS,
    *kubernetes.PROGRAMS,
    *docker.PROGRAMS,
    *minio.PROGRAMS,
    *elasticsearch.PROGRAMS,
)
