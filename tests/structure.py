"""The project's own imports, read with `ast`: modules, folders, arrows and circles.

`python -m tests.structure` prints the table of folders of docs/architecture.md; `--write` puts it there.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Set
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
TABLE = re.compile(r"(?<=<!-- folders -->\n).*?(?=<!-- end of folders -->)", re.DOTALL)
"""Where the table of folders stands in the page."""
OF_ALL_HEIGHTS = ("mediaserver", "providers", "api", "cli")


@cache
def modules_named(source: str, package: str) -> tuple[tuple[int, str], ...]:
    """Line and dotted name of every import in a module of `package`, literal dynamic ones included. Of
    `from x import y`, both x and x.y are named: y may be a module. Each source is read once: that takes a
    second for every three hundred."""
    return tuple(_named(source, package))


def _named(source: str, package: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, level=0, names=names) if module is not None:
                yield node.lineno, module
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in names)
            case ast.ImportFrom(module=module, level=level, names=names):
                base = package.split(".")[: len(package.split(".")) - level + 1]
                base += [module] if module else []
                yield from ((node.lineno, ".".join([*base, alias.name])) for alias in names)
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name
            case _:
                pass


def sources(packages: Set[str]) -> dict[str, Path]:
    """Every module of these packages by its dotted name; a package stands for its __init__.py."""
    found: dict[str, Path] = {}
    for package in sorted(packages):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(modules: Mapping[str, Path]) -> dict[str, set[str]]:
    """Which of these modules each of them names. Packages that only hold others are left out: importing
    `a.b` runs `a/__init__.py`, which is empty."""
    arrows: dict[str, set[str]] = {}
    for name, path in modules.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        named = {target for _, target in modules_named(path.read_text(), package)}
        arrows[name] = {
            target
            for target in named & modules.keys()
            if target != name and modules[target].name != "__init__.py"
        }
    return arrows


def folder_of(module: str) -> str:
    """The folder that a module belongs to, two levels deep: 'mediaserver.media', 'api'. A module that lies
    directly in mediaserver, providers, api or cli stands for itself: those are of all heights (errors)."""
    parts = module.split(".")
    return ".".join(parts[:2]) if len(parts) > 2 or parts[0] in OF_ALL_HEIGHTS else parts[0]


def folders(arrows: Mapping[str, Set[str]]) -> dict[str, set[str]]:
    """The arrows between folders."""
    found: dict[str, set[str]] = {}
    for module, targets in arrows.items():
        own = found.setdefault(folder_of(module), set())
        own |= {folder_of(target) for target in targets} - {folder_of(module)}
    return found


def circles(arrows: Mapping[str, Set[str]]) -> list[list[str]]:
    """The sets of nodes that reach each other (Tarjan, 1972), each sorted."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in sorted(arrows.get(node, ())):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            at = stack.index(node)
            circle, stack[at:] = stack[at:], []
            if len(circle) > 1:
                found.append(sorted(circle))

    for node in arrows:
        if node not in index:
            visit(node)
    return found


def table(packages: Set[str]) -> str:
    """Folders and what they import, as a Markdown table."""
    lines = ["| folder | imports |", "| --- | --- |"]
    for folder, targets in sorted(folders(imports(sources(packages))).items()):
        if targets or "." not in folder:
            path = folder.replace(".", "/")
            shown = f"{path}.py" if (ROOT / f"{path}.py").exists() else f"{path}/"
            names = ", ".join(target.replace(".", "/") for target in sorted(targets)) or "nothing of ours"
            lines.append(f"| `{shown}` | {names} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    from tests.test_imports import ALLOWED

    text = table(ALLOWED.keys())
    if "--write" not in sys.argv[1:]:
        sys.stdout.write(text)
        return 0
    PAGE.write_text(TABLE.sub(lambda _: text, PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
