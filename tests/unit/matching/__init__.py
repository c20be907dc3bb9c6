"""Whether two requests are the same."""
