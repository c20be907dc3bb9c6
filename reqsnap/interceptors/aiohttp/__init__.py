"""aiohttp: below its sessions, redirects, middlewares and traces.

connector    what is wrapped
body         request bodies, gathered and written again
note         a live exchange, noted as it passes
replay       a connection that answers from memory; answer is what it gives
errors       what its exceptions mean; failures replays them
"""
