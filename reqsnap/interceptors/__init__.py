"""One module for each client library; each translates between it and the recorder.

`TABLE` says which of our modules patches which module of a client. A row costs
nothing until that client has been imported by the program.
"""

from __future__ import annotations

TABLE = {
    "threading": "reqsnap.interceptors.started.threads",
    "concurrent.futures._base": "reqsnap.interceptors.started.futures",
    "concurrent.futures.thread": "reqsnap.interceptors.started.executors",
    "concurrent.futures.process": "reqsnap.interceptors.started.process_pools",
    "asyncio": "reqsnap.interceptors.started.asyncio_subprocesses",
    "asyncio.base_events": "reqsnap.interceptors.started.asyncio_tasks",
    "trio._core._thread_cache": "reqsnap.interceptors.started.trio",
    "os": "reqsnap.interceptors.started.operating_system",
    "subprocess": "reqsnap.interceptors.started.subprocesses",
    "multiprocessing.spawn": "reqsnap.interceptors.started.multiprocessing_spawn",
    "multiprocessing.pool": "reqsnap.interceptors.started.multiprocessing_pool",
    "http.client": "reqsnap.interceptors.http_client.connection",
    "urllib3.connectionpool": "reqsnap.interceptors.urllib3.pools",
    "urllib3.poolmanager": "reqsnap.interceptors.urllib3.managers",
    "requests.adapters": "reqsnap.interceptors.requests.adapters",
    "botocore.awsrequest": "reqsnap.interceptors.botocore",
    "httplib2": "reqsnap.interceptors.httplib2",
    "httpcore": "reqsnap.interceptors.httpcore.pools",
    "httpcore2": "reqsnap.interceptors.httpcore2",
    "httpx": "reqsnap.interceptors.httpx.transports",
    "httpx2": "reqsnap.interceptors.httpx2",
    "aiohttp": "reqsnap.interceptors.aiohttp.connector",
    "tornado.simple_httpclient": "reqsnap.interceptors.tornado.simple",
    "tornado.curl_httpclient": "reqsnap.interceptors.tornado.curl",
}
"""Client module -> the module here whose `PATCHES` wrap it."""
