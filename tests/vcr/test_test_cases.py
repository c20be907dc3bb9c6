"""Test cases with a cassette for each test, and what lets requests out of a cassette."""

from __future__ import annotations

import unittest
from pathlib import Path
from typing import Any

import pytest

import reqsnap.vcr as vcr
from reqsnap.vcr.patch import force_reset, validate_skip_patchers
from reqsnap.vcr.unittest import VCRMixin, VCRTestCase
from tests.support.counter import Counter


def run(case: type[unittest.TestCase]) -> Any:
    """Run the one test of a case; the case itself, for what the test left in it."""
    (test,) = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    result = unittest.TestResult()
    test.run(result)
    assert not (result.errors or result.failures), result.errors or result.failures
    return test


def test_each_test_has_a_cassette_of_its_own(server: Counter, tmp_path: Path) -> None:
    class Case(VCRTestCase):
        def _get_cassette_library_dir(self) -> str:
            return str(tmp_path)

        def test_it(self) -> None:
            self.answer = server.get("/a")
            self.count = len(self.cassette)

    recorded, replayed = run(Case), run(Case)
    assert replayed.answer == recorded.answer == "1 GET /a "
    assert (recorded.cassette.play_count, replayed.cassette.play_count) == (0, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["Case.test_it.yaml"]
    assert server.get("/a") == "2 GET /a "


def test_the_default_is_a_folder_beside_the_case() -> None:
    class Case(VCRTestCase):
        def test_it(self) -> None:
            pass

    expected = Path(__file__).parent / "cassettes" / "Case.test_it.yaml"
    assert Path(run(Case).cassette.path) == expected
    assert not expected.parent.exists()


def test_options_and_names_are_a_cases_own(server: Counter, tmp_path: Path) -> None:
    class Case(VCRMixin, unittest.TestCase):
        def _get_vcr_kwargs(self, **kwargs: Any) -> dict[str, Any]:
            return super()._get_vcr_kwargs(record_mode="new_episodes", cassette_library_dir=str(tmp_path))

        def _get_cassette_name(self) -> str:
            return "own.yaml"

        def test_it(self) -> None:
            server.get("/a")

    assert run(Case).cassette.record_mode == "new_episodes"
    assert (tmp_path / "own.yaml").exists()


def test_a_case_may_have_none(server: Counter) -> None:
    class Case(VCRTestCase):
        vcr_enabled = False

        def test_it(self) -> None:
            server.get("/a")

    assert not hasattr(run(Case), "cassette")


def test_a_request_is_let_out_of_a_cassette(server: Counter, path: str) -> None:
    with vcr.use_cassette(path) as cassette:
        assert server.get("/a") == "1 GET /a "
        with force_reset():
            assert server.get("/a") == "2 GET /a "
        assert len(cassette) == 1
    with vcr.use_cassette(path, record_mode="none") as cassette:
        with force_reset():
            assert server.get("/a") == "3 GET /a "
        assert server.get("/a") == "1 GET /a "
        assert cassette.play_count == 1


def test_clients_to_leave_alone_are_known_by_name() -> None:
    assert validate_skip_patchers(["httpx"]) == ("httpx",)
    with pytest.raises(ValueError, match="pigeon"):
        validate_skip_patchers(["pigeon"])


def test_bodies_are_text_once_they_were_stored(server: Counter, path: str) -> None:
    with vcr.use_cassette(path) as cassette:
        server.get("/a")
        assert cassette.responses[0]["body"]["string"] == b"1 GET /a "
    assert cassette.responses[0]["body"]["string"] == "1 GET /a "
    with vcr.use_cassette(path) as cassette:
        server.get("/a")
    assert cassette.responses[0]["body"]["string"] == b"1 GET /a "
