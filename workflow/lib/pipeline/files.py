"""Files as values: what a rule reads for the arguments of a function, and how its results are written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from tilt.io import read_arrays, read_json, read_table, write_arrays, write_json, write_table

Readers = Mapping[str, Callable[[str], Any]]

READERS: Mapping[str, Callable[[Path], Any]] = {".csv": read_table, ".npz": read_arrays, ".json": read_json}
WRITERS: Mapping[str, Callable[[str, Any], None]] = {
    ".csv": write_table,
    ".npz": write_arrays,
    ".json": write_json,
}
NOT_READ = ("code", "prose", "rerun")
NOT_GIVEN = ("function", "title")


def value(path: str | Path) -> Any:
    """A table, arrays or a record, by the ending of the file's name; the path itself for any other."""
    path = Path(path)
    reader = READERS.get(path.suffix)
    return reader(path) if reader else path


class Files(Mapping[str, Any]):
    """Files by the name of the folder that each lies in, "7v9" of results/mnist/svm/7v9/path.csv.

    A file is read each time that it is looked up, so that only one need be in memory.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = {Path(path).parent.name: Path(path) for path in paths}

    def __getitem__(self, name: str) -> Any:
        return value(self._paths[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def called(inputs: Any, params: Any, readers: Readers) -> Any:
    """What a function of an experiment, `params.function`, returns for a job's inputs and parameters.

    It is named like "toy.tables.tables", and gets the named inputs as values (of one file its value, of a
    list of files a `Files`) and the other parameters. `readers` read the inputs of their names. Not read are
    `code`, `prose` and `rerun`, which are there so that their edits rerun the rule.
    """
    module, name = params.function.rsplit(".", 1)
    function = getattr(import_module(f"experiments.{module}"), name)
    values = {
        name: Files(found) if not isinstance(found, str) else readers.get(name, value)(found)
        for name, found in inputs.items()
        if name not in NOT_READ
    }
    return function(**values, **{key: given for key, given in params.items() if key not in NOT_GIVEN})


def write(outputs: Any, made: Mapping[str, Any]) -> None:
    """Write what a function returned, by the name of the output and the ending of its file."""
    for name, path in outputs.items():
        WRITERS[Path(path).suffix](path, made[name])
