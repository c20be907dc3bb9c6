"""The interceptor of aiohttp, with a recorder that keeps notes and a server on loopback."""
