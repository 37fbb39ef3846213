"""The configuration: defaults filled in, unknown keys refused, cross-key mistakes named.

The schema knows every key, type, range and default; what follows from the data is told here, and what an
experiment's keys demand of one another in its checks. Errors are one line and give the path of the key.
"""

import difflib
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match

from pipeline.pair import pairs
from pipeline.schema import checks, schema
from tilt.data.own import READERS, part_counts
from tilt.data.sources import standard_counts
from tilt.errors import InputError

Config = dict[str, Any]
Counts = Mapping[str, int]

NAMED = {"datasets", "networks", "own_networks", "recipes", "regularisers", "models"}
OWN = tuple(READERS)
ARTICLE_PAIRS = ["0v1", "4v9", "7v9"]
MEANT = {  # keys of other tools, and of earlier versions
    **{"split": "test_share", "test_size": "test_share", "target": "label"},
    **{"lenet": "networks", "shown": "shown_networks", "starts": "recipes", "start": "recipe"},
    **dict.fromkeys(("confidence", "step", "max_steps", "minimal_steps", "epsilons"), "attacks"),
}

# JSON Schema takes 50.0 for an integer, which range() and PyTorch do not.
Validator = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


def resolve(config: Mapping[str, Any], unreadable: dict[str, str] | None = None) -> Config:
    """The whole configuration with every default, checked. Raises InputError at the first mistake.

    A data set, network, recipe or regulariser that is null is left out, so that a second file can drop those
    of the first, over which Snakemake merges it. What is null of classes, pairs and training images is taken
    from the data. A data set whose file cannot be read goes into `unreadable`, name to line, with two classes
    of one image standing in; where that is None, it is a mistake like any other.
    """
    config = _with_own_networks(present(config))
    _check_keys_and_numbers(config)
    error = best_match(Validator(schema()).iter_errors(config))
    if error is not None:
        line = _readable(error, schema()).replace(".own_networks.", ".networks.")
        raise InputError(f"configuration: {line}")
    resolved: Config = _filled(config, schema(), schema())
    for name, dataset in resolved["datasets"].items():
        for problem in _contradictions_of_source(name, dataset):
            raise InputError(f"configuration: {problem}")
        try:
            classes, smallest = _smallest_class(dataset)
        except InputError as error:
            line = f"configuration: datasets.{name}: {error}"
            if unreadable is None:
                raise InputError(line) from None
            unreadable[name] = line
            classes, smallest = 2, 1
        _fill_from_data(dataset, classes, smallest)
        if unreadable is None or name not in unreadable:
            _check("of_dataset", f"datasets.{name}", dataset)
    _check("of_study", resolved)
    if resolved["main"] is None:
        resolved["main"] = next(iter(resolved["datasets"]))
    if resolved["main"] not in resolved["datasets"]:
        known = ", ".join(resolved["datasets"])
        raise InputError(
            f"configuration: main: no data set is named {resolved['main']!r} (there are: {known})"
        )
    return resolved


def _check(kind: str, *given: Any) -> None:
    """Raise InputError at the first contradiction that an experiment's checks of this kind find."""
    for module in checks():
        for problem in getattr(module, kind, lambda *_: ())(*given):
            raise InputError(f"configuration: {problem}")


def with_left_out(resolved: Any, given: Any) -> Any:
    """A part of the resolved configuration with the null entries of the same part as it was given.

    Merged over the file that the given one was merged over, it resolves to the same again.
    """
    if not (isinstance(resolved, Mapping) and isinstance(given, Mapping)):
        return resolved
    left_out = {key: None for key, part in given.items() if part is None and key not in resolved}
    return {key: with_left_out(part, given.get(key)) for key, part in resolved.items()} | left_out


def present(value: Any, key: str = "") -> Any:
    """A copy without the null entries of the mappings whose names are the user's."""
    if not isinstance(value, Mapping):
        return value
    return {name: present(part, name) for name, part in value.items() if part is not None or key not in NAMED}


def _with_own_networks(config: Any) -> Any:
    """A copy in which the networks that were trained elsewhere stand under a key of their own."""
    datasets = config.get("datasets") if isinstance(config, Mapping) else None
    if not isinstance(datasets, Mapping):
        return config
    return {**config, "datasets": {name: _own_apart(dataset) for name, dataset in datasets.items()}}


def _own_apart(dataset: Any) -> Any:
    networks = dataset.get("networks") if isinstance(dataset, Mapping) else None
    if not isinstance(networks, Mapping):
        return dataset
    own = {
        name: network
        for name, network in networks.items()
        if isinstance(network, Mapping) and _is_given(network)
    }
    if not own:
        return dataset
    trained = {name: network for name, network in networks.items() if name not in own}
    return {
        **dataset,
        "networks": trained or None,
        "own_networks": {**(dataset.get("own_networks") or {}), **own},
    }


def _is_given(network: Mapping[str, Any]) -> bool:
    """Whether a network is one that was trained elsewhere, or seems to be meant as one."""
    model = str(network.get("model"))
    is_file = "." in model and ".py:" not in model
    named = "model" in network and not {"weight_decay", "initial_weights"} & network.keys()
    return "weights" in network or is_file or named


def class_counts(dataset: Mapping[str, Any]) -> tuple[Counts, Counts]:
    """Training and test samples of each class of a data set, by name, in the order of the classes.

    Raises InputError, naming the file, where the labels of the user's data cannot be read.
    """
    if dataset["source"] not in OWN:
        return standard_counts(dataset["source"], dataset["train_per_class"])
    keys = ("source", "path", "label", "test_share", "split_seed")
    return part_counts(**{key: dataset[key] for key in keys})


def _smallest_class(dataset: Config) -> tuple[int, int]:
    """How many classes a data set has, and the training samples of the smallest; as given where both are."""
    given = dataset["classes"], dataset["svm"]["train_per_class"]
    if dataset["source"] in OWN and not Path(dataset["path"]).exists():
        raise InputError(f"{dataset['path']}: no such file or folder; correct path")
    if all(given):
        return given
    counts, _ = class_counts(dataset)
    return len(counts), min(counts.values())


def _fill_from_data(dataset: Config, classes: int, smallest: int) -> None:
    """Put what follows from the data where the configuration has null."""
    svm, scaling = dataset["svm"], dataset["scaling"]
    dataset["classes"] = dataset["classes"] or classes
    svm["train_per_class"] = svm["train_per_class"] or smallest - (svm.get("validation_per_class") or 0)
    fitted = [pair for pair in pairs(dataset) if pair in pairs(dataset, "logistic")] or pairs(dataset)
    of_article = [pair for pair in ARTICLE_PAIRS if pair in fitted and dataset["classes"] == 10]
    svm["shown_pairs"] = svm["shown_pairs"] or of_article or fitted[:3]
    if dataset["adversarial_linear"]:
        dataset["adversarial_linear"]["pairs"] = (
            dataset["adversarial_linear"]["pairs"] or [*svm["shown_pairs"]]  # not one list, which YAML tells
        )
    scaling["pair"] = scaling["pair"] or (of_article or svm["shown_pairs"][:1])[-1]


def _check_keys_and_numbers(value: Any, *path: Any) -> None:
    """Raise InputError for what a schema lets pass: keys that are not text, infinity, nan, and numbers that
    are too large for a float."""
    where = ".".join(map(str, path))
    if isinstance(value, int | float) and not abs(value) <= sys.float_info.max:
        raise InputError(f"configuration: {where}: not a finite number")
    for key, part in (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    ):
        if isinstance(value, Mapping) and not isinstance(key, str):
            raise InputError(
                f"configuration: {where or 'top level'}: the key {key!r} is not text (YAML reads yes, no, "
                "on, off and numbers as something else); put it in quotes or choose another name"
            )
        _check_keys_and_numbers(part, *path, key)


def _readable(error: ValidationError, root: Mapping[str, Any]) -> str:
    schema = cast(Mapping[str, Any], error.schema)
    where = ".".join(map(str, error.absolute_path)) or "top level"
    key, known = None, []
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        known = list(schema.get("properties", {}))
        key = next(key for key in error.instance if key not in known)
    elif error.validator == "enum" and "propertyNames" in error.absolute_schema_path:
        key, known = error.instance, [name for name in schema["enum"] if name is not None]
    if key is not None:
        close = [MEANT[key]] if MEANT.get(key) in known else difflib.get_close_matches(str(key), known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(known)}"
        return f"{where}: unknown key {key!r} ({hint})"
    message, expected = error.message, [schema.get("description")]
    if error.validator == "pattern" and "description" in schema:
        message = f"{error.instance!r} does not match what it can be"
    if error.validator == "minProperties":
        message = f"{len(cast(Config, error.instance))} given"
    if error.validator == "required":
        missing = next(key for key in schema["required"] if key not in cast(Config, error.instance))
        schema = _looked_up(schema["properties"][missing], root)
        expected = [", ".join(schema.get("enum", ())), schema.get("description")]
    told = ": ".join(filter(None, expected))
    return f"{where}: {message}" + (f" ({told})" if told else "") + _other_number(error)


def _other_number(error: ValidationError) -> str:
    """The remedy where text that is a number stands for one, like 1e-6, which YAML reads as text, or 50.0
    for 50."""
    expected = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    if error.validator != "type" or not isinstance(error.instance, str | float):
        return ""
    try:
        number = float(error.instance)
    except ValueError:
        return ""
    if not abs(number) <= sys.float_info.max:
        return ""
    if "integer" in expected and number.is_integer():
        plain = str(int(number))
    elif "number" in expected:
        plain = re.sub(r"e([+-])0+", r"e\1", yaml.safe_dump(number).split()[0])
    else:
        return ""
    return f"; write {plain}" + (", without quotes" if isinstance(error.instance, str) else "")


def _filled(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """A copy of the value with the schema's defaults for what is missing, at every level."""
    schema = _looked_up(schema, root)
    if not isinstance(value, Mapping):
        return value
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties")
    filled = {}
    for key, part in properties.items():
        if key in value or "default" in part:
            filled[key] = _filled(value.get(key, part.get("default")), part, root)
    for key in value:
        if key not in properties:
            filled[key] = _filled(value[key], others if isinstance(others, Mapping) else {}, root)
    return filled


def _looked_up(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of the schema, or what it refers to."""
    found: Mapping[str, Any] = root["$defs"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    return found


def _contradictions_of_source(name: str, dataset: Config) -> Iterator[str]:
    """What is wrong with the keys of a data set's source taken together, in readable sentences."""
    at = f"datasets.{name}"
    if dataset["source"] == "digits" and dataset["train_per_class"] is None:
        yield f"{at}.train_per_class: the embedded digits have no split of their own; give a number"
    if dataset["source"] != "digits" and dataset["train_per_class"] is not None:
        yield f"{at}.train_per_class: {dataset['source']} has its own training part; leave it null"
    if dataset["source"] in OWN and dataset["path"] is None:
        yield f"{at}.path: the source {dataset['source']} needs a file or folder; name it"
    for key in ("path", "value_min", "value_max", "test_share"):
        if dataset["source"] not in OWN and dataset[key] is not None:
            yield f"{at}.{key}: only the sources {', '.join(OWN)} take it; leave it null"
    if dataset["source"] != "table" and dataset["label"] != "label":
        yield f"{at}.label: only the source table takes it; leave it out"
    if dataset["test_share"] is None and dataset["split_seed"] != 0:
        yield f"{at}.split_seed: it draws the test part of test_share, which is null; give both or none"
    low, high = dataset["value_min"], dataset["value_max"]
    if low is not None and high is not None and low >= high:
        yield f"{at}.value_min: {low} is not less than value_max, {high}; correct one"
