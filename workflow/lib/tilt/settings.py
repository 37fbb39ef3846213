"""Settings as a key: equal for equal settings, different for different ones."""

from collections.abc import Mapping
from typing import Any


def settings_key(settings: Mapping[str, Any]) -> str:
    """A text for settings of text, numbers, truth values, None, lists and mappings, whatever their order.

    A whole number is equal to the same float, and to no truth value and no text.
    """
    return repr(_plain(settings))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return sorted((key, _plain(part)) for key, part in value.items())
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
