"""Where the bytes of cassettes are kept."""
