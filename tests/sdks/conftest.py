"""Keeps the settings of whoever runs the tests away from the SDKs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.certificates import Certificates, make_certificates

FOREIGN = ("ANTHROPIC_", "AWS_", "DOCKER_", "ELASTIC", "GOOGLE_", "OPENAI_", "REQSNAP_", "SLACK_", "STRIPE_")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, certificates: Certificates) -> None:
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificates.path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
