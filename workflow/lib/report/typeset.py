"""Plain text of records as HTML."""

import html
import re


def marked(text: str) -> str:
    """Plain text as HTML: λ_optimal, d_adv, x_m, 10^2.5, 4e-15 and -1 typeset, a number kept with its %."""
    text = re.sub(r"(?<!\w)(λ|d|x|w)_(\w+)", r"<i>\1</i><sub>\2</sub>", html.escape(text))
    text = re.sub(r"(\d)e([+-])0*(?=\d)", r"\1&nbsp;·&nbsp;10^\2", text).replace("10^+", "10^")
    text = re.sub(r"(?<![\d.])1&nbsp;·&nbsp;10\^", "10^", text).replace(" %", "&nbsp;%")
    text = re.sub(r"10\^(-?)([\d.]*\d)", r"10<sup>\1\2</sup>", text)
    return re.sub(r"(?<![\w.)-])-(?=[\d.])", "−", text)
