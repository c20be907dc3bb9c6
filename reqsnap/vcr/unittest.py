"""Test cases each of whose tests has a cassette of its own."""

from __future__ import annotations

import inspect
import os
import unittest
from typing import TYPE_CHECKING, Any

from reqsnap.vcr.config import VCR

if TYPE_CHECKING:
    _TestCase = unittest.TestCase
else:
    _TestCase = object


class VCRMixin(_TestCase):
    """For a `unittest.TestCase`, before it among the bases: a cassette for each of its tests.

    It is `cassettes/<Class>.<test>.yaml` beside the file of the class, and `self.cassette` in the
    test. `vcr_enabled = False` leaves a class without. Override `_get_vcr_kwargs` for options,
    `_get_cassette_library_dir` and `_get_cassette_name` for the path, and `_get_vcr` for the VCR.
    """

    vcr_enabled = True

    def setUp(self) -> None:
        """Open the cassette; it is closed when the test and its cleanups are done."""
        super().setUp()
        if self.vcr_enabled:
            block = self._get_vcr(**self._get_vcr_kwargs()).use_cassette(self._get_cassette_name())
            self.cassette = self.enterContext(block)

    def _get_vcr(self, **kwargs: Any) -> VCR:
        if "cassette_library_dir" not in kwargs:
            kwargs["cassette_library_dir"] = self._get_cassette_library_dir()
        return VCR(**kwargs)

    def _get_vcr_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return kwargs

    def _get_cassette_library_dir(self) -> str:
        return os.path.join(os.path.dirname(inspect.getfile(type(self))), "cassettes")

    def _get_cassette_name(self) -> str:
        return f"{type(self).__name__}.{self._testMethodName}.yaml"


class VCRTestCase(VCRMixin, unittest.TestCase):
    """A TestCase each of whose tests has a cassette of its own; see VCRMixin."""
