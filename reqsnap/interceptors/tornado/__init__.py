"""tornado: SimpleAsyncHTTPClient, below its queue, its redirects and its callbacks.

simple       what is wrapped, and how one exchange goes
body         request bodies that are made as they are sent
note         a live exchange, noted as it passes
replay       a stream that answers from memory
curl         CurlAsyncHTTPClient, which is not recorded, and refused where nothing may be sent
errors       what its exceptions mean, and the exceptions that mean the same
"""
