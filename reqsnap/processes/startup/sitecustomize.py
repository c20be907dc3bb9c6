"""Runs where the interpreter of a child process starts, and has it ask the owner of its block.

Found through `PYTHONPATH`, it leaves no trace there: the environment and `sys.path` are
what they would be without it, and a `sitecustomize` of the program's own runs. It is kept
plain, because nobody knows which Python a program starts, and imports next to nothing,
because most programs make no request: reqsnap is loaded when an HTTP client, or reqsnap
itself, is imported, or when the program starts another.
"""

import _thread
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VARIABLE = "REQSNAP_OWNER"
FOLDER = os.path.dirname(os.path.abspath(__file__))

CLIENTS = (
    *("http.client", "urllib3", "botocore", "httplib2", "httpcore", "httpcore2", "aiohttp"),
    *("tornado.simple_httpclient", "tornado.curl_httpclient"),
)
"""Before one of these is imported the process has joined its block."""

STARTERS = {
    "os": ("execv", "execve", "posix_spawn", "posix_spawnp", "system"),
    "subprocess": ("Popen.__init__",),
    "asyncio": (
        "subprocess.create_subprocess_exec",
        "subprocess.create_subprocess_shell",
        "create_subprocess_exec",
        "create_subprocess_shell",
    ),
    "multiprocessing.spawn": ("get_preparation_data",),
    # Whoever uses it may open a block within that of the parent.
    "reqsnap": (),
}
"""What starts processes. Before one of these functions runs the process has joined its block."""


def leave_no_trace() -> None:
    """Restore the environment and the module search path."""
    parts = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part != FOLDER]
    if any(parts):
        os.environ["PYTHONPATH"] = os.pathsep.join(parts)
    else:
        os.environ.pop("PYTHONPATH", None)
    sys.path[:] = [part for part in sys.path if part != FOLDER]
    sys.path_importer_cache.pop(FOLDER, None)


def run_next() -> None:
    """Run the `sitecustomize` that this one stands before, if there is one."""
    this = sys.modules.pop("sitecustomize")
    try:
        __import__("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.modules.setdefault("sitecustomize", this)


class Waiting:
    """Waits for the moment from which the process has to belong to its block.

    It stands first among those that find modules, and in the place of what starts processes.
    """

    def __init__(self, ticket: str) -> None:
        self.ticket = ticket
        self.joins = self.joined = False
        self.lock = _thread.RLock()
        self.wiring = _thread.allocate_lock()
        self.wires: list[tuple[Any, str, Any, Any]] = []
        self.has_given_way = False

    def begin(self) -> None:
        """Wait, unless it is too late for that already."""
        if "reqsnap" in sys.modules or any(name in sys.modules for name in CLIENTS):
            self.join()
            return
        sys.meta_path.insert(0, self)
        for name in STARTERS:
            if name in sys.modules:
                self.wire(name)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.forked)

    def forked(self) -> None:
        """Wait for no thread of the process that this one was forked from."""
        self.lock, self.wiring = _thread.RLock(), _thread.allocate_lock()
        self.joins = self.joined

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        """Find what the others find, and wait for nothing: no other thread can import meanwhile."""
        if self.joined or not (name in CLIENTS or name in STARTERS):
            return None
        spec = self.found_by_others(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        if name in STARTERS and not isinstance(spec.loader, type):
            self.wire_when_loaded(name, spec.loader)
        else:
            spec.loader = JoiningLoader(self, spec.loader, path, target)
        return spec

    def found_by_others(self, name: str, path: "Any", target: "Any") -> "Any":
        """What the finders have that stand here now."""
        for finder in list(sys.meta_path):
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                return spec
        return None

    def wire_when_loaded(self, name: str, loader: "Any") -> None:
        """Wire a module as soon as its code has run."""
        load = loader.exec_module

        def exec_module(module: "Any") -> None:
            del loader.exec_module
            load(module)
            self.wire(name)

        loader.exec_module = exec_module

    def wire(self, name: str) -> None:
        """Stand in the place of the functions of a module that start processes."""
        if not STARTERS[name]:
            # Who joins now, in another thread, may need this very module for it.
            self.join(waits=False)
        with self.wiring:
            if self.has_given_way:
                return
            for attribute in STARTERS[name]:
                owner: Any = sys.modules[name]
                *way, last = attribute.split(".")
                for step in way:
                    owner = getattr(owner, step)
                if hasattr(owner, last):
                    self.stand_in(name, owner, last)

    def stand_in(self, module: str, owner: "Any", name: str) -> None:
        """Have a function join the block before it runs."""
        original = getattr(owner, name)

        def first_join(*args: "Any", **kwargs: "Any") -> "Any":
            self.join()
            # Not what is in its place by now: that may be the program's, and call this in turn.
            return self.patched(module, name, original)(*args, **kwargs)

        first_join.__name__, first_join.__doc__ = original.__name__, original.__doc__
        setattr(owner, name, first_join)
        self.wires.append((owner, name, first_join, original))

    def join(self, *, waits: bool = True) -> None:
        """Have the process belong to the block that started it, unless it does.

        Where another thread has begun with it, it `waits` for that.
        """
        if not self.lock.acquire(waits):
            return
        try:
            if self.joins:
                return
            self.joins = True
            try:
                joining = find_joining()
                self.give_way()
                joining.join(self.ticket)
            except Exception as error:
                self.give_way()
                lost = f"the requests of {sys.executable} are neither recorded nor replayed"
                sys.stderr.write(f"reqsnap: {lost}: {type(error).__name__}: {error}\n")
            finally:
                self.joined = True
                if self in sys.meta_path:
                    sys.meta_path.remove(self)
        finally:
            self.lock.release()

    def patched(self, module: str, name: str, original: "Any") -> "Any":
        """A function that starts processes, as it is within the block."""
        joining = sys.modules.get("reqsnap.joining")
        return original if joining is None else joining.patched(module, name, original)

    def give_way(self) -> None:
        """Put back what starts processes, where nobody has replaced it since."""
        with self.wiring:
            self.has_given_way = True
            while self.wires:
                owner, name, standing, original = self.wires.pop()
                if vars(owner).get(name) is standing:
                    setattr(owner, name, original)


class JoiningLoader:
    """Loads a client, but has the process join its block before, at the first moment that lets others import.

    What is found then is what is loaded, because those who joined want to know of it.
    """

    def __init__(self, waiting: Waiting, loader: "Any", path: "Any", target: "Any") -> None:
        self.waiting, self.loader = waiting, loader
        self.path, self.target = path, target

    def __getattr__(self, name: str) -> "Any":
        return getattr(self.loader, name)

    def create_module(self, spec: "Any") -> "Any":
        """Join, and leave the rest to who loads it without us."""
        spec.loader = self.join(spec.name)
        return spec.loader.create_module(spec)

    def load_module(self, name: str) -> "Any":
        """Join, and load it as was usual once."""
        return self.join(name).load_module(name)

    def join(self, name: str) -> "Any":
        """Join; the loader of what is found then."""
        self.waiting.join()
        self.loader = self.waiting.found_by_others(name, self.path, self.target).loader
        return self.loader

    def exec_module(self, module: "Any") -> None:
        """Asked of who is in our place by then, but has to be here."""
        self.loader.exec_module(module)


def find_joining() -> "Any":
    """The module that knows how to belong to a block."""
    from importlib import import_module

    try:
        return import_module("reqsnap.joining")
    except ImportError:
        # This reqsnap is not where the interpreter looks, but it is known where it is.
        home = os.path.dirname(os.path.dirname(os.path.dirname(FOLDER)))
        sys.path.append(home)
        try:
            return import_module("reqsnap.joining")
        finally:
            sys.path.remove(home)


def join(ticket: str) -> None:
    """Have the process belong to the block of a ticket, as soon as it has to."""
    Waiting(ticket).begin()


if __name__ == "sitecustomize":
    found = os.environ.pop(VARIABLE, None)
    leave_no_trace()
    try:
        run_next()
    finally:
        if found is not None:
            join(found)
elif "TICKET" in globals():
    join(globals()["TICKET"])
