"""The interceptor for httpcore and httpcore2, with a recorder that decides as it is told."""
