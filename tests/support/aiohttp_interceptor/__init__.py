"""How the tests of aiohttp's interceptor drive it: a recorder that notes, scripted servers, programs."""
