"""Interactions in memory, and what becomes of them."""
