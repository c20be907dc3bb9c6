"""The documentation is true: its examples are run."""
