"""urllib3: what it overrides of http.client, and the pool that connects before it asks.

pools        a pool's attempt at an exchange, and what else is wrapped
at_once      a pool that is answered without an attempt, and managers, which are asked for it
ahead        what that found out where an attempt has to be made after all
replay       a replayed answer as urllib3's own response
http2        urllib3's HTTP/2
"""
