"""HTML as text, in which everything from data is escaped.

`Markup` is text that is safe already; any other string is escaped when it is put into
an element, so that forgetting to is not possible.
"""

import json
from collections.abc import Iterable
from html import escape

VOID = frozenset({"meta", "link", "br", "hr", "img"})


class Markup(str):
    """Text that is HTML."""

    __slots__ = ()


def element(tag: str, /, *children: object, **attributes: object) -> Markup:
    """One element; `class_` and `for_` are their names without the underscore.

    An attribute that is None or False is left out, and True stands without a value.
    """
    parts = [tag]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        text = "" if value is True else f'="{escape(str(value), quote=True)}"'
        parts.append(f"{attribute}{text}")
    opening = f"<{' '.join(parts)}>"
    if tag in VOID:
        return Markup(opening)
    return Markup(f"{opening}{join(children)}</{tag}>")


def join(children: Iterable[object]) -> Markup:
    """Children one after the other, escaped unless they are markup."""
    return Markup("".join(_child(child) for child in children))


def _child(child: object) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return escape(child, quote=True)
    if isinstance(child, Iterable):
        return join(child)
    return escape(str(child), quote=True)


def data_block(block_id: str, content: object) -> Markup:
    """JSON that scripts of the page read; nothing in it can end the element."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, default=str)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(
        f'<script type="application/json" id="{escape(block_id, quote=True)}">'
        f"{text}</script>"
    )
