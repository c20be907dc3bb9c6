"""The conformance suite: each client by each case, bare, recording and replaying."""
