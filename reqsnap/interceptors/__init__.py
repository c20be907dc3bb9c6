"""One module for each client library; each translates between it and the recorder.

`TABLE` says which of our modules patches which module of a client. A row costs
nothing until that client has been imported by the program.
"""

from __future__ import annotations

TABLE = {
    "threading": "reqsnap.interceptors.threads",
    "concurrent.futures.thread": "reqsnap.interceptors.executors",
    "trio._core._thread_cache": "reqsnap.interceptors.trio",
    "os": "reqsnap.interceptors.operating_system",
    "subprocess": "reqsnap.interceptors.subprocesses",
    "asyncio": "reqsnap.interceptors.asyncio_subprocesses",
    "multiprocessing.spawn": "reqsnap.interceptors.multiprocessing_spawn",
    "multiprocessing.pool": "reqsnap.interceptors.multiprocessing_pool",
    "concurrent.futures.process": "reqsnap.interceptors.process_pools",
    "http.client": "reqsnap.interceptors.http_client",
    "urllib3.connectionpool": "reqsnap.interceptors.urllib3",
    "botocore.awsrequest": "reqsnap.interceptors.botocore",
    "httplib2": "reqsnap.interceptors.httplib2",
    "httpcore": "reqsnap.interceptors.httpcore",
    "httpcore2": "reqsnap.interceptors.httpcore2",
    "aiohttp": "reqsnap.interceptors.aiohttp",
}
"""Client module -> the module here whose `PATCHES` wrap it."""
