"""A folder that `PYTHONPATH` of child processes begins with."""
