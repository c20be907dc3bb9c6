"""The exchange that is under way on an http.client connection, kept on the connection itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import client as stdlib
from typing import Any

from reqsnap.interceptors.http1 import fields, is_chunked, request_sent
from reqsnap.interceptors.http_client.errors import ABANDONED
from reqsnap.interceptors.http_client.replay import StandInSocket
from reqsnap.model import NetworkError, Request, Response
from reqsnap.patching import Hold
from reqsnap.recorder import Forward, Recorder, Refuse, Replay, let_out

_BLOCK = 16 * 1024
ATTRIBUTE = "_reqsnap_exchange"

IDLE, SENT = "Idle", "Request-sent"
"""http.client's names for the states before and after a request (`_CS_IDLE`, `_CS_REQ_SENT`)."""
_STATE, _RESPONSE = "_HTTPConnection__state", "_HTTPConnection__response"

CAPTURING = "capturing"
"""Nothing is decided: what the client sends is collected, and nothing connects."""

REPLAYING = "replaying"
"""The answer stands in the cassette: what the client still sends is dropped."""

NOTING = "noting"
"""The client's own code talks to the server, and what it sends is noted."""


FAILING = "failing"
"""No connection was made, and none is made now: the client's own code runs until it finds out."""


Decision = Replay | Forward | Refuse


class Exchange:
    """One request and its answer, from the building of the request to the head of the answer.

    `forward` is what was decided without the request, `decision` what was with it; neither, if
    the request is still to be built.
    """

    forward: Forward | None
    replay: Replay | None = None
    pool: Any = None
    replaced_sock: Any = None
    started = building = answering = False
    """Whether `putrequest` has run, whether our `request` is building, whether an answer is made."""
    sending = sending_broke = False
    """Whether `send` is at work, and whether the server broke it off."""
    pooled = False
    """Whether a pool's attempt sees to what fails."""
    marks: tuple[Any, ...] = ()
    """What else decides what is built here, to be remembered by: the mark of the pool's attempt."""
    as_written = False
    """Whether the connection's class is a client's own, and nobody but us has wrapped it."""
    cause: NetworkError | None = None
    """Why the answer did not come whole, as far as that is to be recorded."""
    whole: Request | None = None
    """The whole request, where it is known however little of it was sent."""
    failure: NetworkError | None = None
    """What is replayed where no answer had come."""
    _whole_at: int | None = None

    def __init__(
        self,
        recorder: Recorder,
        method: str,
        url: str,
        forward: Forward | None,
        decision: Decision | None = None,
    ) -> None:
        self.recorder = recorder
        self.method = method
        self.url = url
        self.forward = None if forward is None else let_out(forward)
        self._decision = decision
        self.phase = CAPTURING if forward is None else NOTING
        self.pieces: list[bytes] = []
        # A block may end between a request and its answer; the exchange must not.
        self.hold = Hold()

    def request(self) -> Request:
        """The request as far as it was sent or captured."""
        return request_sent(self.method, self.url, self._wire())

    def _wire(self) -> bytes:
        try:
            return b"".join(self.pieces)
        except TypeError:
            # A subclass sends files, text or iterables; `send` takes them too.
            self.pieces = [piece for data in self.pieces for piece in as_pieces(data, _BLOCK)]
            return b"".join(self.pieces)

    def is_whole(self) -> bool:
        """Whether a request that is built step by step has come to its end, by its own framing."""
        if self._whole_at is None:
            self._whole_at = _whole_at(self._wire())
        if self._whole_at < 0:
            return self.pieces[-1].endswith(b"0\r\n\r\n")
        return sum(map(len, self.pieces)) >= self._whole_at

    def decide(self, request: Request) -> Forward | None:
        """Ask the recorder about the whole request; raises what it refuses with.

        None is a replay; with a Forward the exchange is noted from its beginning.
        """
        decision, self._decision = self._decision or self.recorder.before(request), None
        if isinstance(decision, Refuse):
            raise decision.error
        if isinstance(decision, Replay):
            self.phase = REPLAYING
            self.replay = decision
            if decision.error is not None and not decision.response.status:
                self.failure = decision.error
            return None
        self.whole = request
        self.note_with(decision)
        return decision

    def note_with(self, forward: Forward) -> None:
        """Begin again, this time for the server."""
        self.forward = let_out(forward)
        self.phase = NOTING
        self.pieces = []
        self.started = self.building = False

    @property
    def notes_errors(self) -> bool:
        """Whether what fails is recorded."""
        return notes_errors(self.recorder)

    def left(self) -> None:
        """Nobody waits for the answer any more."""
        if self.phase is NOTING and self.pieces and not self.sending_broke:
            self.cause = ABANDONED
        self.failed(None)

    def lacks_request(self) -> bool:
        """Whether the network has failed it before all of the request was sent."""
        return self.cause is not None and self.whole is None and not self.request().complete

    def failed(self, error: BaseException | None, *, response: Response | None = None, why: str = "") -> None:
        """Tell the recorder that nothing, or no more, comes back, if it waits for anything."""
        forward, self.forward = self.forward, None
        if forward is not None and self.cause is None:
            self.recorder.failed(forward, error, why=why)
        elif forward is not None:
            request = self.whole or self.request()
            self.recorder.failed(forward, error, request=request, response=response, cause=self.cause)
        self.hold.release()


def _whole_at(wire: bytes) -> int:
    """How many bytes make a request with this head whole; -1 where only its last chunk tells."""
    head, _, _ = wire.partition(b"\r\n\r\n")
    headers = fields(head.split(b"\r\n")[1:])
    if is_chunked(headers.get("transfer-encoding", "")):
        return -1
    length = headers.get("content-length", "0")
    return len(head) + 4 + (int(length) if length.isdigit() else 0)


def notes_errors(recorder: Recorder) -> bool:
    """Whether what fails is recorded: an exchange then begins before its connection is made."""
    return recorder.cassette.policy.records_errors


def exchange_of(conn: Any) -> Exchange | None:
    """The exchange under way on a connection."""
    found: Exchange | None = conn.__dict__.get(ATTRIBUTE)
    return found


def begin(conn: Any, exchange: Exchange) -> None:
    """Put an exchange on its connection; one that was never answered is given up."""
    previous: Exchange | None = conn.__dict__.get(ATTRIBUTE)
    conn.__dict__[ATTRIBUTE] = exchange
    if previous is not None:
        previous.left()


def end(conn: Any) -> None:
    """Take the exchange off its connection, which has its own socket again."""
    exchange: Exchange | None = conn.__dict__.pop(ATTRIBUTE, None)
    if exchange is not None and exchange.phase is REPLAYING:
        conn.sock = exchange.replaced_sock


def give_stand_in(conn: Any, exchange: Exchange) -> None:
    """Let a connection that will replay look connected, as its users expect after a request."""
    exchange.replaced_sock = conn.sock
    conn.sock = StandInSocket(conn.timeout)


def keep_response(conn: Any, response: Any) -> bool:
    """Do around a response what http.client's `getresponse` does; False where there is more to do.

    Only for a connection that is as it was written, and whose request has been sent.
    """
    own = conn.__dict__
    if response.will_close or own[_STATE] != SENT or has_open_response(conn):
        return False
    response.begin()
    own[_STATE], own[_RESPONSE] = IDLE, response
    return True


def has_open_response(conn: Any) -> bool:
    """Whether the answer that came last was neither read to its end nor closed."""
    response = conn.__dict__[_RESPONSE]
    return response is not None and not response.isclosed()


def reset(conn: Any) -> None:
    """Put a connection back to where it was before the request was built."""
    conn._HTTPConnection__state = IDLE
    conn._buffer.clear()
    if "_response_options" in conn.__dict__:
        conn._response_options = None


class ResponseClass:
    """Has a connection make its next response by a function of ours, for a `with` block."""

    __slots__ = ("_made_by", "_own", "_previous")

    def __init__(self, conn: Any, made_by: Callable[..., Any]) -> None:
        self._own: dict[str, Any] = conn.__dict__
        self._made_by = made_by

    def __enter__(self) -> None:
        self._previous = self._own.get(_RESPONSE_CLASS)
        self._own[_RESPONSE_CLASS] = self._made_by

    def __exit__(self, *error: object) -> None:
        if self._own.get(_RESPONSE_CLASS) is self._made_by:
            if self._previous is None:
                del self._own[_RESPONSE_CLASS]
            else:
                self._own[_RESPONSE_CLASS] = self._previous


_RESPONSE_CLASS = "response_class"


def url_of(conn: Any, target: str) -> str:
    """The URL that a request target means on a connection, be it direct or through a proxy."""
    if target[:1] != "/":
        if target[:4].lower() == "http" and "://" in target[:9]:
            return target
        target = f"/{target}"
    host, port = conn._tunnel_host or conn.host, conn._tunnel_port if conn._tunnel_host else conn.port
    if ":" in host:
        host = f"[{host.strip('[]')}]"
    secure = conn.default_port == stdlib.HTTPS_PORT
    if port is not None and port != (443 if secure else 80):
        host = f"{host}:{port}"
    return f"{'https' if secure else 'http'}://{host}{target}"


def as_pieces(data: Any, blocksize: int) -> Iterable[bytes]:
    """What `HTTPConnection.send` would write for its argument, piece by piece."""
    if isinstance(data, bytes):
        yield data
    elif hasattr(data, "read"):
        while block := data.read(blocksize):
            yield block.encode("iso-8859-1") if isinstance(block, str) else bytes(block)
    else:
        try:
            yield bytes(memoryview(data))
        except TypeError:
            yield from data
