"""The pytest plugin, in suites of its own that are run within pytest."""
