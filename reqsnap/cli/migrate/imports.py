"""What an import of another recorder becomes. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reqsnap.cli.migrate import names
from reqsnap.cli.migrate.model import VCRPY, Finding, Project, Verdict
from reqsnap.cli.migrate.source import Edit, Source


class Imports:
    """Judges the import statements of one module."""

    def __init__(self, source: Source, project: Project) -> None:
        self._source, self._project = source, project

    def of_alias(self, alias: ast.alias) -> Iterator[Finding]:
        """A name of `import a, b.c as d`."""
        library = self._library(alias.name)
        if library is None:
            return
        as_name = f" as {alias.asname}" if alias.asname else ""
        what = f"import {alias.name}{as_name}"
        if library != VCRPY or not self._project.has(alias.name):
            yield Finding(alias.lineno, library, what, Verdict.CHANGE, names.advice(alias.name))
            return
        text = _imported(alias)
        edit = Edit(*self._source.span(alias), text)
        yield Finding(alias.lineno, library, what, Verdict.REWRITE, f"-> import {text}", (edit,))

    def of_statement(self, node: ast.ImportFrom) -> Iterator[Finding]:
        """`from a.b import c, d as e`."""
        module = node.module or ""
        if self._library(module) not in (None, VCRPY):
            yield from self._others(node, module)
        elif self._library(module) == VCRPY:
            yield self._of_vcr(node, module)
        else:
            # `from responses import _recorder`: a module as a name.
            for alias in node.names:
                dotted = f"{module}.{alias.name}"
                if (library := self._library(dotted)) is not None:
                    what = f"from {module} import {alias.name}"
                    yield Finding(alias.lineno, library, what, Verdict.CHANGE, names.advice(dotted))

    def _others(self, node: ast.ImportFrom, module: str) -> Iterator[Finding]:
        for alias in node.names:
            dotted = f"{module}.{alias.name}"
            what = f"from {module} import {alias.name}"
            library = self._library(module) or ""
            yield Finding(alias.lineno, library, what, Verdict.CHANGE, names.advice(dotted))

    def _of_vcr(self, node: ast.ImportFrom, module: str) -> Finding:
        what = f"from {module} import {', '.join(alias.name for alias in node.names)}"
        wanted = [module if alias.name == "*" else f"{module}.{alias.name}" for alias in node.names]
        missing = [dotted for dotted in wanted if not self._project.has(dotted)]
        place = self._source.module_of(node)
        if missing or place is None:
            # One statement is changed whole or not at all: half of it would need a second one.
            advice = names.advice((missing or wanted)[0])
            return Finding(node.lineno, VCRPY, what, Verdict.CHANGE, advice)
        edit = Edit(place, place, "reqsnap.")
        advice = f"-> from reqsnap.{module} import ..."
        return Finding(node.lineno, VCRPY, what, Verdict.REWRITE, advice, (edit,))

    def _library(self, dotted: str) -> str | None:
        return None if dotted.partition(".")[0] in self._project.own else names.library_of(dotted)


def _imported(alias: ast.alias) -> str:
    """What is imported instead, so that the same name stands for it.

    >>> [_imported(each) for each in ast.parse("import vcr, vcr.errors, vcr.util as u").body[0].names]
    ['reqsnap.vcr as vcr', 'reqsnap.vcr.errors, reqsnap.vcr as vcr', 'reqsnap.vcr.util as u']
    """
    if alias.asname:
        return f"reqsnap.{alias.name} as {alias.asname}"
    if "." in alias.name:
        # The statement binds the name of the package, not that of the module.
        return f"reqsnap.{alias.name}, reqsnap.vcr as vcr"
    return "reqsnap.vcr as vcr"
