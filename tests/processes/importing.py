"""Two threads of a program that import at the same time; then it makes a request.

    python importing.py PORT FIRST AT SECOND AS

The thread that runs FIRST pauses where it imports AT until the other, which runs SECOND, imports AS.
Nothing of this imports an HTTP client, or reqsnap.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

port, first, at, second, at_the_same_time_as = sys.argv[1:]
paused, goes_on = threading.Event(), threading.Event()


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "import":
        return
    place = threading.current_thread().name, arguments[0]
    if place == ("first", at) and not paused.is_set():
        paused.set()
        goes_on.wait()
    elif place == ("second", at_the_same_time_as):
        goes_on.set()


def run(code: str) -> None:
    if code == second:
        paused.wait()
    exec(code, {})


sys.addaudithook(watch)
threads = [
    threading.Thread(target=run, args=[code], name=name)
    for code, name in ((first, "first"), (second, "second"))
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

exec(
    f"""
import http.client
connection = http.client.HTTPConnection("127.0.0.1", {port})
connection.request("GET", "/")
connection.getresponse().read()
connection.close()
"""
)
