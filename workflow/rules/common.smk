"""Shared by the other files: the checked configuration, settings by data set, code dependencies."""

import os
import shlex
import sys
from collections import Counter
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

ROOT = Path(os.path.abspath(workflow.snakefile)).parents[2]
LIBRARY = ROOT / "workflow" / "lib"
if not LIBRARY.is_dir():
    raise WorkflowError(
        f"{LIBRARY}: no such folder; clone the repository and give `snakefile:` the path of its Snakefile"
    )
MODULES = [str(LIBRARY), str(LIBRARY.parent)]
sys.path[:0] = MODULES
searched = [*MODULES, *filter(None, [os.environ.get("PYTHONPATH")])]
os.environ.update(PYTHONPATH=os.pathsep.join(searched), MPLBACKEND="agg")
if os.path.exists(sys.executable):  # not quoted yet by another import of this file
    # Snakemake puts it into shell commands as it is.
    sys.executable = shlex.quote(sys.executable)

from pipeline.code import imported_files, neighbours
from pipeline.config import resolve, with_left_out
from pipeline.counts import check_counts
from pipeline.documents import documents
from pipeline.networks import (
    attacks_of,
    check_given,
    check_model,
    families,
    given_files,
    own_model,
)
from pipeline.pair import explored, pairs
from pipeline.start import (
    check_location,
    check_writable,
    results_folders,
    warning_of_pairs,
)
from tilt.data.own import input_files
from tilt.errors import InputError

GIVEN = config
UNREADABLE = {}  # data sets by name, and why
try:
    config = resolve(config, UNREADABLE)
    DATASETS = config["datasets"]
    NETWORKS = {name: families(name, dataset) for name, dataset in DATASETS.items()}
    FOLDERS = results_folders(DATASETS)
except InputError as error:
    raise WorkflowError(str(error)) from None


onstart:
    if workflow.local_exec:
        # Snakemake's limit of jobs per second wakes its scheduler once a second more for each job that has ended.
        workflow.scheduler.job_rate_limiter = None
    try:
        check_writable(FOLDERS)
        for job in workflow.dag.jobs:
            name = job.wildcards.get("dataset")
            if job.rule.name == "images":
                if name in UNREADABLE:
                    raise InputError(UNREADABLE[name])
                check_counts(name, DATASETS[name])
            elif job.rule.name == "train_network":
                check_model(name, job.wildcards.network, network(job.wildcards))
            elif job.rule.name == "own_network":
                check_given(name, job.wildcards.network, own_network(job.wildcards))
            elif job.rule.name == "published_tables":
                check_location(name, DATASETS[name])
    except InputError as error:
        raise WorkflowError(str(error)) from None
    of_pairs = [
        job.wildcards.dataset
        for job in workflow.dag.needrun_jobs()
        if job.wildcards.get("pair")
    ]
    for name, jobs in Counter(of_pairs).items():
        if warning := warning_of_pairs(name, DATASETS[name], jobs):
            logger.warning(warning)


wildcard_constraints:
    dataset="|".join(DATASETS),
    pair=r"\d+v\d+",
    network=r"[a-z][\w.+-]*",


def code(script, *modules):
    """The files of ours that a script and modules of experiments, "toy.tables", depend on, as inputs of a rule."""
    sources = [ROOT / "workflow" / "scripts" / script]
    for module in modules:
        sources.append(
            (ROOT / "workflow" / "experiments")
            .joinpath(*module.split("."))
            .with_suffix(".py")
        )
    found = {file for source in sources for file in imported_files(source)}
    return of_checkout(*sorted(found.union(sources[1:])))


def of_checkout(*files):
    """Files of the checkout as inputs, which a module's prefix leaves alone."""
    return [local(os.path.relpath(file)) for file in files]


def templates(*names):
    """Templates of pages as inputs, with what they share."""
    shared = ("parts.html.j2", "style.css")
    return of_checkout(*(LIBRARY / "report" / name for name in (*names, *shared)))


def setting(path):
    """A parameter: the value of a key of the wildcard's data set, "svm.tolerance" and the like."""

    def value(wildcards):
        found = DATASETS[wildcards.dataset]
        for key in path.split("."):
            found = found[key]
        return found

    return value


def own_files(wildcards):
    """The user's file, or folders of images; nothing where they cannot be read, which a run says at its start."""
    dataset = DATASETS[wildcards.dataset]
    try:
        files = input_files(dataset["source"], dataset["path"])
    except InputError:
        return []
    return [local(str(file)) for file in files if file.exists()]


def own_settings(wildcards):
    """How the user's file or folder is read."""
    keys = ("path", "value_min", "value_max", "label", "test_share", "split_seed")
    return {key: DATASETS[wildcards.dataset][key] for key in keys}


def tables_of_folder(wildcards):
    """The article's tables, where they lie in a folder and not at an address."""
    dataset = DATASETS[wildcards.dataset]
    folder = os.path.normpath(dataset["published"]["location"])
    files = [f"{folder}/extras_{pair.replace('v', '')}.csv" for pair in pairs(dataset)]
    return [local(file) for file in files if os.path.isfile(file)]


def of_pairs(pattern, stage="svm", among=pairs):
    """An input: the pattern for each pair that a stage fits, for the "shown" ones, or for those explored."""

    def files(wildcards):
        dataset = DATASETS[wildcards.dataset]
        shown = dataset["svm"]["shown_pairs"]
        names = shown if stage == "shown" else among(dataset, stage)
        return expand(pattern, pair=names, dataset=wildcards.dataset)

    return files


def networks(wildcards, *families):
    """Settings of the networks of some families, by name; of those named where none is given."""
    of = NETWORKS[wildcards.dataset]
    return {
        name: of[family][name]
        for family in families or ("training",)
        for name in of[family]
    }


def network(wildcards):
    """Settings of the network that the wildcard names."""
    for family in NETWORKS[wildcards.dataset].values():
        if wildcards.network in family:
            return family[wildcards.network]
    raise WorkflowError(
        f"datasets.{wildcards.dataset}: no network is named {wildcards.network!r}"
    )


def attacks(wildcards):
    """The attacks by which the network that the wildcard names is measured."""
    of = NETWORKS[wildcards.dataset]
    families = [family for family in of if wildcards.network in of[family]]
    return attacks_of(families, setting("attack.attacks")(wildcards))


def own_network(wildcards):
    """Settings of the network that was trained elsewhere and that the wildcard names."""
    return DATASETS[wildcards.dataset]["own_networks"][wildcards.network]


def of_own(pattern):
    """An input: the pattern for each network that was trained elsewhere."""
    return lambda w: expand(
        pattern, network=DATASETS[w.dataset]["own_networks"] or [], dataset=w.dataset
    )


def model_files(wildcards, *families):
    """The files of the user's that build some networks: of the one that the wildcard names, or of families."""
    if "network" in wildcards.keys():
        found = {own_model(network(wildcards))}
    else:
        found = {own_model(each) for each in networks(wildcards, *families).values()}
    return with_neighbours(filter(None, found))


def with_neighbours(files):
    """The files of the user's that are there, and those beside them that functions in them import."""
    there = sorted(filter(os.path.isfile, files))
    modules = [Path(file) for file in there if file.endswith(".py")]
    return [
        local(str(file))
        for file in dict.fromkeys(
            [*there, *(str(near) for file in modules for near in neighbours(file))]
        )
    ]


def of_networks(pattern, *families):
    """An input: the pattern for each network of some families."""
    return lambda w: expand(pattern, network=networks(w, *families), dataset=w.dataset)


def in_report(family):
    """Whether the page of a data set, by its settings, shows the networks of a family."""
    return lambda dataset: bool(dataset[family]) and dataset[family]["in_report"]


def networks_shown(wildcards):
    """Settings of the networks that panels show one at a time: those named, and "sweep" if it is in the report."""
    swept = in_report("sweep")(DATASETS[wildcards.dataset])
    return networks(wildcards, "training", *(["sweep"] if swept else []))


def of_networks_shown(pattern):
    """An input: the pattern for each network that panels show."""
    return lambda w: expand(pattern, network=networks_shown(w), dataset=w.dataset)


def of_family(family):
    """The inputs of the tables of one family of networks."""
    return {
        "histories": of_networks(
            "results/{dataset}/networks/{network}/history.csv", family
        ),
        "attacks": of_networks(
            "results/{dataset}/attack/{network}/attacks.csv", family
        ),
        "records": of_networks(
            "results/{dataset}/attack/{network}/record.json", family
        ),
        "record": rules.images.output.record,
    }


def where(key, *files):
    """An input of data sets that have a setting, like "published" or "rivals.linear", of others nothing."""
    return lambda w: expand(files, dataset=w.dataset) if setting(key)(w) else []


def of_mnist(wildcards):
    """Whether the data are the article's, so that its numbers stand beside ours."""
    return DATASETS[wildcards.dataset]["source"] == "mnist"


def new_target(target, dataset):
    """The name of a target of a data set, which no rule may have yet."""
    if target == "all" or rules.has(target):
        named = target if target in DATASETS else dataset
        raise WorkflowError(
            f"configuration: datasets.{named}: its target {target} has the name of a rule; choose another name, "
            "of letters from a to z, digits and _, for the data set"
        )
    return target
