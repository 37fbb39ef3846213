"""The frame of a rule's script: logging, and one readable line for a user's mistake."""

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tilt.errors import InputError

# Matplotlib's and fontconfig's caches stay in the working directory, and HOME may be write-protected.
os.environ.setdefault("XDG_CACHE_HOME", os.path.abspath(".cache"))
os.environ.setdefault("MPLCONFIGDIR", os.path.abspath(".cache/matplotlib"))
gc.set_threshold(10_000)  # or an import of torch is slowed down by many collections that find nothing


def job(main: Callable[[Any, Any, Any], None], snakemake: Any) -> None:
    """Run main(input, output, params), logging to the rule's log file and to the terminal.

    What the user can mend (InputError, OSError) ends in one line and exit status 1, without a traceback.
    """
    label = " ".join([snakemake.rule, *map(str, snakemake.wildcards)])
    shown = f"%(asctime)s {label}: %(message)s"
    logging.basicConfig(level=logging.INFO, format=shown, datefmt="%H:%M:%S")
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a log file on a full disk: the line on the terminal is enough
    try:
        file = logging.FileHandler(snakemake.log[0], mode="w", encoding="utf-8")
        file.setFormatter(logging.Formatter(shown, "%H:%M:%S"))
        logging.getLogger().addHandler(file)
        main(snakemake.input, snakemake.output, snakemake.params)
    except (InputError, OSError) as error:
        logging.error("error: %s", " ".join(str(error).split()))
        sys.exit(1)
    except (Exception, SystemExit):  # a user's function may exit
        logging.exception("failed")
        sys.exit(1)
    gc.freeze()  # or the interpreter, as it ends, searches all that torch holds


@contextmanager
def about(key: str, remedy: str = "") -> Iterator[None]:
    """Name the key of the configuration that an InputError of the library is about, and a remedy."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{key}: {error}{remedy}") from error
