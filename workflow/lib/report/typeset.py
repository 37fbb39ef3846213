"""Plain text of records as HTML."""

import html
import re

# The symbols, and where one or a number may begin and end: not within a name, w_net.py:build or mlp_1e-05.
SYMBOLS = "(λ)_(article|optimal|validation)|(d)_(adv|err)|(x)_([mp])|(w)_(θ)"
BEGIN, END = r"(?<![\w.:/+])(?<!\w-)", r"(?!\w|[.:/+-]\w)"


def marked(text: str) -> str:
    """Plain text as HTML: λ_optimal, d_adv, x_m, 10^2.5, 4e-15 and -1 typeset, a number kept with its %."""
    text = re.sub(rf"{BEGIN}(?:{SYMBOLS}){END}", _symbol, html.escape(text))
    text = re.sub(rf"{BEGIN}(\d+(?:\.\d+)?)e([+-])0*(\d+){END}", r"\1&nbsp;·&nbsp;10^\2\3", text)
    text = text.replace("10^+", "10^")
    text = re.sub(r"(?<![\d.])1&nbsp;·&nbsp;10\^", "10^", text).replace(" %", "&nbsp;%")
    text = re.sub(r"10\^(-?)([\d.]*\d)", r"10<sup>\1\2</sup>", text)
    return re.sub(r"(?<![\w.)-])-(?=[\d.])", "−", text)


def _symbol(found: re.Match[str]) -> str:
    symbol, index = filter(None, found.groups())
    return f"<i>{symbol}</i><sub>{index}</sub>"
