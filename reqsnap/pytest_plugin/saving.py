"""What a marker or the suite asks of the plugin, apart from the options of `use_cassette`."""

from __future__ import annotations

from typing import Any

import pytest

from reqsnap.errors import ConfigurationError
from reqsnap.pytest_plugin import suite_options


def taken(config: pytest.Config, given: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The options of `use_cassette`, and whether all of the cassette is to be played.

    `save_on="pass"` is said as `record_on_exception=False`. Raises ConfigurationError.
    """
    options = dict(given)
    save_on = options.pop("save_on", None)
    if save_on is None:
        save_on = suite_options.save_on(config)
    elif save_on not in suite_options.SAVE_ON:
        raise ConfigurationError("save_on", save_on, f"it is one of {', '.join(suite_options.SAVE_ON)}")
    elif save_on == "pass" and options.get("record_on_exception"):
        allowed = "it is not given together with record_on_exception=True, which says the contrary"
        raise ConfigurationError("save_on", save_on, allowed)
    if save_on == "pass":
        options.setdefault("record_on_exception", False)
    required = options.pop("require_all_played", None)
    if required is None:
        required = suite_options.requires_all_played(config)
    elif not isinstance(required, bool):
        raise ConfigurationError("require_all_played", required, "it is True or False")
    return options, required
