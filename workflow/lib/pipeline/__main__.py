"""The command line: `python -m pipeline show PATH` summarises results, `evidence RESULTS FOLDER` keeps their
small tables, `configuration` lists every key.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.evidence import write_evidence
from pipeline.reference import reference
from pipeline.schema import schema
from pipeline.show import summary
from tilt.errors import InputError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 where it succeeds, 1 where the path cannot be shown.

    A call that argparse refuses ends in SystemExit with status 2.
    """
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Look into results and settings.")
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="summarise a folder or a CSV, NPZ, safetensors or JSON file")
    show.add_argument("path")
    evidence = commands.add_parser(
        "evidence", help="copy the small tables of a data set's results to a new folder"
    )
    evidence.add_argument("results", type=Path, help="such as results/mnist")
    evidence.add_argument("folder", type=Path)
    commands.add_parser("configuration", help="print every key of the configuration as Markdown")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # where the locale has no λ
    try:
        given = parser.parse_args(arguments)
        if given.command == "show":
            print(summary(given.path), flush=True)
        elif given.command == "evidence":
            write_evidence(given.results, given.folder)
        else:
            print(reference(schema()), end="", flush=True)
    except BrokenPipeError:  # the reader, like `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (InputError, OSError) as error:
        print(f"tilt: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
