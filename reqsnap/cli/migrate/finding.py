"""Other recorders in a module: imports, calls, markers, fixtures and names in strings. Pure, over ast."""

from __future__ import annotations

import ast
import re

from reqsnap.cli.migrate import names, options
from reqsnap.cli.migrate.imports import Imports
from reqsnap.cli.migrate.model import CASSETTER, VCRPY, Finding, Project, Verdict
from reqsnap.cli.migrate.source import Edit, Source

_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
# Calls that take the name of a module or of something in it, and return or change that.
_IMPORTING = frozenset({"importorskip", "import_module"})
_PATCHING = frozenset({"patch", "setattr", "delattr", "__import__", "find_spec", "get_logger", "reload"})
_INSTANCES = frozenset({"vcr.VCR", "vcr.config.VCR"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def findings(source: Source, project: Project) -> list[Finding]:
    """What a module has of other recorders, in the order of its lines."""
    finder = _Finder(source, project)
    finder.visit(source.tree)
    return sorted(finder.found, key=lambda each: each.line)


class _Finder(ast.NodeVisitor):
    """Goes through a module in its order, and knows which names stand for what so far."""

    def __init__(self, source: Source, project: Project) -> None:
        self._source, self._project = source, project
        self._imports = Imports(source, project)
        self._names: dict[str, str] = {}
        self.found: list[Finding] = []

    # Names

    def _origin(self, node: ast.expr) -> str | None:
        """What an expression stands for, as a dotted name; an object of a class ends with `()`."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id)
        if isinstance(node, ast.Attribute):
            base = self._origin(node.value)
            return None if base is None else f"{base}.{node.attr}"
        if isinstance(node, ast.Call):
            origin = self._origin(node.func)
            return f"{origin}()" if origin in _INSTANCES else None
        return None

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            self._bind(alias.asname or top, alias.name if alias.asname else top)
            self.found += self._imports.of_alias(alias)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level or node.module is None:
            for alias in node.names:
                self._names.pop(alias.asname or alias.name, None)
            return
        for alias in node.names:
            self._bind(alias.asname or alias.name, f"{node.module}.{alias.name}")
        self.found += self._imports.of_statement(node)

    def _bind(self, name: str, origin: str) -> None:
        if origin.partition(".")[0] in self._project.own:
            self._names.pop(name, None)
        else:
            self._names[name] = origin

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        self._plugins(node)
        origin = self._origin(node.value)
        for target in node.targets:
            self.visit(target)
            if isinstance(target, ast.Name) and origin is not None:
                self._names[target.id] = origin

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._names.pop(node.id, None)
        elif "." in self._names.get(node.id, ""):
            self._used(node)

    def _within(self, node: ast.AST, hidden: list[str]) -> None:
        """Go through what has names of its own."""
        outer, self._names = self._names, {k: v for k, v in self._names.items() if k not in hidden}
        self.generic_visit(node)
        self._names = outer

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._within(node, [])

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._within(node, _parameters(node.args))

    # Markers and fixtures

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def _function(self, node: _Function) -> None:
        # Decorators and defaults are evaluated outside, where the parameters are not known.
        outside: list[ast.expr] = [*node.decorator_list, *node.args.defaults]
        for each in outside:
            self.visit(each)
        fixture = _fixture_name(node)
        if fixture is not None:
            self._fixture(fixture, node)
        if fixture is not None or node.name.startswith("test"):
            for argument in (*node.args.args, *node.args.kwonlyargs):
                self._asked_for(argument)
        if node.name == "pytest_recording_configure":
            self._add(node.lineno, self._project.plugin, "hook pytest_recording_configure", Verdict.WORKS)
        body = ast.Module(body=node.body, type_ignores=[])
        self._within(body, _parameters(node.args))
        self._names.pop(node.name, None)

    def _fixture(self, name: str, node: _Function) -> None:
        known = names.FIXTURES.get(name)
        if known is None or not self._counts(name):
            return
        library, verdict, advice = known
        self._add(node.lineno, library or self._project.plugin, f"fixture {name}", verdict, advice)
        if name == "vcr_config":
            for option in options.returned(node):
                self._option(option, options.CONFIG_OPTIONS, "vcr_config")

    def _asked_for(self, argument: ast.arg) -> None:
        known = names.FIXTURES.get(argument.arg)
        # What is asked for and works is told where it is defined.
        if known is not None and known[1] is Verdict.CHANGE and self._counts(argument.arg):
            self._add(argument.lineno, known[0], f"fixture {argument.arg}", known[1], known[2])

    def _counts(self, fixture: str) -> bool:
        return fixture not in names.COMMON_FIXTURES or bool(self._project.libraries)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if self._is_mark(node.value) and node.attr in names.MARKERS:
            self._marker(node, None)
        elif not self._used(node):
            self.generic_visit(node)

    def _is_mark(self, node: ast.expr) -> bool:
        return (isinstance(node, ast.Attribute) and node.attr == "mark") or (
            isinstance(node, ast.Name) and self._names.get(node.id) == "pytest.mark"
        )

    def _marker(self, node: ast.Attribute, call: ast.Call | None) -> None:
        library, verdict, advice = names.MARKERS[node.attr]
        library = library or self._project.plugin
        self._add(node.lineno, library, f"pytest.mark.{node.attr}", verdict, advice)
        if node.attr != "vcr" or call is None:
            return
        for option in options.given(call):
            self._option(option, options.CONFIG_OPTIONS, "pytest.mark.vcr")
        if call.args and library == CASSETTER:
            why = "its first name is the cassette for cassetter, and one more beside it here: "
            self._add(
                node.lineno,
                library,
                "pytest.mark.vcr(NAME)",
                Verdict.CHANGE,
                f"{why}use pytest.mark.default_cassette(NAME)",
            )

    # Calls and names

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        if (
            isinstance(function, ast.Attribute)
            and self._is_mark(function.value)
            and function.attr in names.MARKERS
        ):
            self._marker(function, node)
        else:
            self.visit(function)
            self._called(node)
        for each in (*node.args, *node.keywords):
            self.visit(each)

    def _called(self, node: ast.Call) -> None:
        origin = self._origin(node.func) or ""
        last = _last_name(node.func)
        if origin in _INSTANCES:
            for option in options.given(node):
                self._option(option, options.VCR_OPTIONS, "vcr.VCR")
        elif names.library_of(origin) == VCRPY and last == "use_cassette":
            for option in options.given(node):
                self._option(option, options.CASSETTE_OPTIONS, "use_cassette")
        elif last in _IMPORTING or last in _PATCHING:
            self._named_in_string(node, last)

    def _named_in_string(self, node: ast.Call, function: str) -> None:
        argument = node.args[0] if node.args else None
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            return
        dotted = argument.value
        library = names.library_of(dotted) if _MODULE.fullmatch(dotted) else None
        if library is None or dotted.partition(".")[0] in self._project.own:
            return
        what = f'{function}("{dotted}")'
        start, end = self._source.span(argument)
        quoted = self._source.text[start:end]
        is_plain = quoted[1:-1] == dotted and quoted[0] == quoted[-1]
        if library == VCRPY and function in _IMPORTING and is_plain and self._project.has(dotted):
            edit = Edit(start + 1, start + 1, "reqsnap.")
            self._add(
                node.lineno, library, what, Verdict.REWRITE, f'-> {function}("reqsnap.{dotted}")', (edit,)
            )
        elif library == VCRPY and self._project.has(dotted):
            self._add(node.lineno, library, what, Verdict.CHANGE, f"the name is reqsnap.{dotted} here")
        else:
            self._add(node.lineno, library, what, Verdict.CHANGE, names.advice(dotted))

    def _used(self, node: ast.Attribute | ast.Name) -> bool:
        """Tell of a name of another recorder that is used; False where it is none."""
        dotted = self._origin(node)
        library = None if dotted is None else names.library_of(dotted)
        if dotted is None or library is None:
            return False
        # What the attributes of an object are cannot be seen here.
        if library == VCRPY and ("()" in dotted or self._project.has(dotted)):
            self._add(node.lineno, library, dotted.partition("()")[0], Verdict.WORKS)
        else:
            self._add(node.lineno, library, dotted, Verdict.CHANGE, names.advice(dotted))
        for below in ast.walk(node):
            if isinstance(below, ast.Call):
                self.visit(below)
        return True

    def _plugins(self, node: ast.Assign) -> None:
        """`pytest_plugins = [...]`."""
        if not any(isinstance(target, ast.Name) and target.id == "pytest_plugins" for target in node.targets):
            return
        for each in ast.walk(node.value):
            if isinstance(each, ast.Constant) and each.value in names.PLUGINS:
                library = names.ROOTS[str(each.value).partition(".")[0]]
                advice = "leave it out; pytest loads reqsnap's plugin where reqsnap is installed"
                self._add(each.lineno, library, f'pytest_plugins "{each.value}"', Verdict.CHANGE, advice)

    def _option(self, option: options.Option, known: frozenset[str], where: str) -> None:
        advice = options.advice(option.name, known)
        if advice is not None:
            library = CASSETTER if option.name in options.CASSETTER_OPTIONS else VCRPY
            self._add(option.line, library, f"{where}: {option.name}", Verdict.CHANGE, advice)

    def _add(
        self,
        line: int,
        library: str,
        what: str,
        verdict: Verdict,
        advice: str = "",
        edits: tuple[Edit, ...] = (),
    ) -> None:
        self.found.append(Finding(line, library, what, verdict, advice, edits))


def _parameters(arguments: ast.arguments) -> list[str]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [each.arg for each in (*every, arguments.vararg, arguments.kwarg) if each is not None]


def _fixture_name(node: _Function) -> str | None:
    """The name of the fixture that a function is; None where it is none."""
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        if _last_name(call.func if call else decorator) in ("fixture", "async_fixture"):
            given = [each.value for each in call.keywords if each.arg == "name"] if call else []
            if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str):
                return given[0].value
            return node.name
    return None


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
