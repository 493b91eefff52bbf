"""Text of strangers made fit to be shown."""


def printable(text: str) -> str:
    """Return the text with a question mark for each character that must not reach a terminal or a log."""
    return "".join(character if character.isprintable() else "?" for character in text)
