"""Cassettes that released versions of VCR.py have written, and what their own replays showed.

programs  what is asked, through each client
record    writes the cassettes; it is run by hand, with the Python of a version of VCR.py
v1 ... v9 the cassettes, and beside each what a program saw when that version replayed it
"""
