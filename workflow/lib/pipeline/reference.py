"""The reference of the configuration, docs/configuration.md: every key with its default, from the schema."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

Schema = Mapping[str, Any]

HEAD = """\
# Every key of the configuration

Written by `python -m pipeline configuration` from `workflow/schemas/config.schema.yaml` and the experiments'
`schema.yaml`: change it there.

A file given by `--configfile` is merged over `config.yaml`. Keys that are left out take their defaults, and a
key that is not listed here is refused. NAME is a name of yours."""


def reference(schema: Schema) -> str:
    """The reference as Markdown: a table for each mapping of the schema, the outermost first."""
    return "\n".join([HEAD, *_mapping("", schema, schema["$defs"], {})]) + "\n"


def _mapping(path: str, part: Schema, definitions: Schema, places: dict[str, str]) -> Iterator[str]:
    """The table of the mapping at a path, then the tables of the mappings in it.

    `places` has the path of each definition that was written.
    """
    yield from ("", f"## {_title(path)}", "")
    yield from ("| key | default | what it is |", "|---|---|---|")
    inner = []
    for key, found in part["properties"].items():
        resolved, name = _resolved(found, definitions)
        at = f"{path}.{key}".lstrip(".")
        texts = [found.get("description"), resolved.get("description") if name else None]
        named = resolved.get("additionalProperties")
        if isinstance(named, Mapping):
            at, (resolved, name) = f"{at}.NAME", _resolved(named, definitions)
        if "enum" in resolved:
            texts.append(f"one of {', '.join(map(_written, resolved['enum']))}")
        if "properties" in resolved:
            texts.append(f"see [{_title(places.get(name, at))}](#{_anchor(places.get(name, at))})")
            if name not in places:
                inner.append((at, resolved))
                places[name or at] = at
        default = "required" if key in part.get("required", ()) else _written(found["default"])
        yield f"| `{key}` | {default} | {'; '.join(filter(None, texts))} |"
    for at, resolved in inner:
        yield from _mapping(at, resolved, definitions, places)


def _resolved(part: Schema, definitions: Schema) -> tuple[Schema, str]:
    """What a part of the schema refers to, and the name of that; itself and "" where it refers to nothing."""
    name = part.get("$ref", "").removeprefix("#/$defs/")
    return (definitions[name], name) if name else (part, "")


def _written(default: Any) -> str:
    """A default as YAML; nothing for that of a mapping, whose keys have their own."""
    text = yaml.safe_dump(default, default_flow_style=True, width=10_000).removesuffix("...\n").strip()
    return "" if default == {} else f"`{text}`"


def _title(path: str) -> str:
    return f"`{path}`" if path else "Outermost keys"


def _anchor(path: str) -> str:
    """That of the title's heading on GitHub."""
    return path.lower().replace(".", "") or "outermost-keys"
