"""Small servers on loopback that answer the way the real APIs do, one file an API."""
