"""urllib3: what it overrides of http.client, and the pool that connects before it asks.

pools        what is wrapped
replay       a replayed answer as urllib3's own response
"""
