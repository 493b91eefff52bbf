"""Writes text as string literals of the languages of the snippets."""

_CONTROLS = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def double_quoted(text: str) -> str:
    """Return a literal of C#, Clojure, Go, Java, JavaScript, Python and Swift."""
    return f'"{_escaped(text)}"'


def kotlin(text: str) -> str:
    """Return a literal of Kotlin, where a dollar begins a template."""
    return '"{}"'.format(_escaped(text).replace("$", r"\$"))


def in_page(text: str) -> str:
    """Return a literal of JavaScript that ends no script element and begins no comment of a page."""
    return double_quoted(text).replace("<", r"\u003c")


def single_quoted(text: str) -> str:
    """Return a literal of PHP and Ruby in which nothing is replaced."""
    return "'{}'".format(text.replace("\\", r"\\").replace("'", r"\'"))


def _escaped(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    for character, sequence in _CONTROLS.items():
        escaped = escaped.replace(character, sequence)
    return escaped
