"""Threads and tasks, enough of them to fail when something is wrong."""
