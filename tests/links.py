"""Links of HTML pages that lie beside each other."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

LOADING = ("link", "script", "img", "iframe", "source", "object", "embed", "video", "audio", "use", "image")
ADDRESSES = ("href", "src", "data", "poster", "xlink:href", "action")


class Page(HTMLParser):
    """What a page has: its anchors, where it links to, and what it loads."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.loaded = {"top"}, [], []
        self.feed(text)
        self.close()
        self.loaded += re.findall(
            r"""(?:url\(|@import)\s*["']?([^"')\s]+)""",
            " ".join(re.findall(r"<style>.*?</style>", text, re.S)),
        )

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors |= {attrs[name] for name in ("id", "name") if name in attrs and tag != "meta"}
        found = [attrs[name] for name in ADDRESSES if name in attrs]
        found += [each.split()[0] for each in attrs.get("srcset", "").split(",") if each.strip()]
        (self.loaded if tag in LOADING else self.links).extend(found)


def broken(site):
    """The links, anchors and loaded files of all pages of a site that do not hold."""
    pages = {file: Page(file.read_text(encoding="utf-8")) for file in site.rglob("*.html")}
    found = []
    for file, page in pages.items():
        for address in page.links + page.loaded:
            parts = urlsplit(address)
            to = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            if parts.scheme == "data":
                continue
            if parts.scheme or parts.netloc:
                good = address not in page.loaded and parts.scheme == "https"
            else:
                good = to.is_file() and to.is_relative_to(site)
                good &= not parts.fragment or to not in pages or unquote(parts.fragment) in pages[to].anchors
            if not good:
                found.append(f"{file.relative_to(site)}: {address}")
    return found
