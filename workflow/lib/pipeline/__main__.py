"""`python -m pipeline show PATH` prints a summary of an intermediate: a folder or a file of results/."""

import argparse
import io
import os
import sys
from collections.abc import Sequence

from pipeline.show import summary
from tilt.errors import InputError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 where it succeeds, 1 where the path cannot be shown.

    A call that argparse refuses ends in SystemExit with status 2.
    """
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Look inside the intermediates.")
    commands = parser.add_subparsers(required=True)
    show = commands.add_parser("show", help="summarise a folder or a CSV, NPZ, safetensors or JSON file")
    show.add_argument("path")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # where the locale has no λ
    try:
        print(summary(parser.parse_args(arguments).path), flush=True)
    except BrokenPipeError:  # the reader, like `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (InputError, OSError) as error:
        print(f"tilt: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
