"""The project's documents, in Markdown as GitHub reads it, as HTML."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt

ACCESSIBLE = {  # a keyboard reaches what is too wide, and no heading is empty
    "<pre>": '<pre tabindex="0">',
    "<table>": '<div class="scroll" tabindex="0" role="group" aria-label="Table">\n<table>',
    "</table>": "</table>\n</div>",
    "<th></th>": "<td></td>",
}


@dataclass(frozen=True)
class Document:
    """A document as HTML: its title, which is the first heading or else a name, and all that it says."""

    title: str
    text: str


def document(markdown: str, name: str) -> Document:
    """A document as HTML: headings have the anchors of GitHub, links to `.md` lead to `.html`.

    `name` is the title of one without a heading.
    """
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(markdown)
    seen = Counter[str]()
    titles = []
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            titles.append("".join(part.content for part in content.children or ()))
            place = anchor(titles[-1])
            token.attrs["id"] = f"{place}-{seen[place]}" if seen[place] else place
            seen[place] += 1
    for part in (part for token in tokens for part in token.children or ()):
        if part.type == "link_open":
            part.attrs["href"] = re.sub(r"^(?!\w+:)(.*)\.md(?=#|$)", r"\1.html", str(part.attrs["href"]))
    text = parser.renderer.render(tokens, parser.options, {})
    for tag, accessible in ACCESSIBLE.items():
        text = text.replace(tag, accessible)
    return Document(next(filter(None, titles), name), text)


def anchor(title: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
