"""The tests of reqsnap."""
