"""Train and attack every network of a grid on one GPU, without Snakemake and by the workflow's own scripts.

    python tests/sweep_on_gpu.py plan mnist sweep plan.json [--configfile examples/FILE.yaml]
    python tests/sweep_on_gpu.py run plan.json --mnist DIR --out OUT --heavy DIR

The plan is made where the workflow's packages are; a run needs only those of the scripts. It leaves in
OUT/networks/NETWORK and OUT/attack/NETWORK what the workflow leaves in results/DATASET/, but for weights,
pictures and data, which are large and go to the folder `heavy`. A network whose files are in OUT is not done
again, and a training that was stopped continues from its checkpoint. Networks of the first seed come first.
The data sets are those with a source of their own; own data take the workflow.
"""

import argparse
import logging
import math
import os
import runpy
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ("source", "train_per_class", "classes", "retries", "timeout_s")
TRAINING, ATTACK = "train_network", "attack_network"
SCRIPTS = ROOT / "workflow" / "scripts"
sys.path[:0] = [str(ROOT / "workflow" / "lib"), str(ROOT / "workflow")]

from tilt.errors import InputError  # noqa: E402
from tilt.io import read_json, write_json  # noqa: E402


def plan(dataset, family, files=()):
    """Settings of a data set, and of the networks of one of its families, in the order of their seeds.

    The files of configuration are merged over config.yaml, as by --configfile. Raises InputError where one
    cannot be read, for a mistake in it, and where there is no such data set or network.
    """
    from snakemake.utils import update_config

    from pipeline.config import OWN, resolve
    from pipeline.networks import attacks_of, families

    given = {}
    for file in (ROOT / "config.yaml", *files):
        update_config(given, configuration(file))
    config = resolve(given)
    settings = named(config["datasets"], dataset, "data set")
    if settings["source"] in OWN:
        raise InputError(
            f"datasets.{dataset}: this tool takes no data of your own (source {settings['source']}); run "
            f"`snakemake {dataset}`"
        )
    of_families = families(dataset, settings)
    there = {family: networks for family, networks in of_families.items() if networks}
    networks = named(there, family, f"experiment of {dataset} with networks")
    shared = [other for other, of in there.items() if of.keys() & networks.keys()]
    attack = settings["attack"] | {"attacks": attacks_of(shared, settings["attack"]["attacks"])}
    return {
        "settings": {**{key: settings[key] for key in IMAGES}, "attack": attack},
        "networks": dict(sorted(networks.items(), key=lambda item: item[1]["seed"])),
    }


def configuration(file):
    """A file of configuration. Raises InputError where it is none."""
    import yaml

    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InputError(f"{file}: not a readable configuration ({error}); correct it") from error
    if not isinstance(found, dict):
        raise InputError(f"{file}: no keys at its top level; write it as config.yaml is")
    return found


def named(things, name, kind):
    """One of some things by its name. Raises InputError, with the names there are."""
    if name not in things:
        raise InputError(f"there is no {kind} named {name!r}; name one of: {', '.join(things) or 'none'}")
    return things[name]


def read_plan(file):
    """A plan from its file. Raises InputError where it is none."""
    remedy = "make it anew with `python tests/sweep_on_gpu.py plan`"
    try:
        planned = read_json(file)
    except InputError as error:
        raise InputError(f"{error}; {remedy}") from error
    try:
        attack, networks = planned["settings"]["attack"], planned["networks"].values()
        whole = {*IMAGES} <= planned["settings"].keys() and isinstance(attack, dict)
        whole = whole and all(isinstance(network["model"], str) for network in networks)
    except (AttributeError, KeyError, TypeError):
        whole = False
    if not whole:
        raise InputError(f"{file}: not a plan of networks; {remedy}")
    return planned


def run_script(name, wildcards, log, input, output, params, config=None):
    """Run a script of the workflow as Snakemake does. Raises InputError with the log's last line."""
    log.parent.mkdir(parents=True, exist_ok=True)
    stand_in = SimpleNamespace(
        rule=name,
        wildcards=wildcards,
        log=[log],
        input=SimpleNamespace(**input),
        output=SimpleNamespace(**output),
        params=SimpleNamespace(**params),
        config=config,
    )
    logger = logging.getLogger()
    logger.setLevel(logging.INFO)
    logger.handlers = [logging.NullHandler()]  # the log's file alone: the terminal is for the networks
    try:
        runpy.run_path(str(SCRIPTS / f"{name}.py"), {"snakemake": stand_in})
    except SystemExit:
        raise InputError(f"{log.read_text().splitlines()[-1]} (see {log})") from None
    finally:
        for handler in logger.handlers:
            handler.close()


def prepare(settings, mnist, heavy):
    """The data set's array file, in the folder `heavy`."""
    output = {"images": heavy / "data" / "images.npz", "record": heavy / "data" / "record.json"}
    if not output["record"].exists():
        params = {**{key: settings[key] for key in IMAGES}, "own": {"path": None}}
        name, fetching = settings["source"], {"mirrors": [mnist.resolve().as_uri()]}
        config = {"data_dir": heavy / "downloads", "datasets": {name: {**settings, **fetching}}}
        run_script("images", [name], heavy / "logs" / "images.log", {"npz": []}, output, params, config)
    return output["images"]


def jobs_of(name, network, settings, images, out, heavy):
    """Input, output and parameters of the two scripts that train a network and attack it."""
    trained = {
        "history": out / "networks" / name / "history.csv",
        "weights": heavy / "networks" / name / "weights.safetensors",
        "filters": out / "networks" / name / "filters.npz",
        "record": out / "networks" / name / "record.json",
    }
    attack = {
        **{table: out / "attack" / name / f"{table}.csv" for table in ("attacks", "summary", "accuracy")},
        "images": heavy / "attack" / name / "images.npz",
        "record": out / "attack" / name / "record.json",
    }
    training = {
        "checkpoint": heavy / "networks" / name / "checkpoint.safetensors",
        "network": network,
    }
    attacked = {"images": images, "weights": trained["weights"], "record": trained["record"]}
    of_attack = settings["attack"] | {"model": network["model"]}
    return {TRAINING: ({"images": images}, trained, training), ATTACK: (attacked, attack, of_attack)}


def do(script, name, input, output, params, log, last):
    """Run a script unless its files are there: the seconds that it took, None if it is later than `last`."""
    begin = time.perf_counter()
    if not all(file.exists() for file in output.values()):
        if time.time() > last:
            return None
        run_script(script, [name], log, input, output, params)
    return time.perf_counter() - begin


def run(planned, mnist, out, heavy, *, processes, attackers, until, device, attack_device):
    """Do the networks of a plan, each attacked once it is trained; how many of them are missing."""
    begin = time.perf_counter()
    last = {TRAINING: time.time() + until, ATTACK: math.inf}
    devices = {TRAINING: device, ATTACK: attack_device}
    out, heavy, settings = out.resolve(), heavy.resolve(), planned["settings"]
    images = prepare(settings, mnist, heavy)
    jobs = {
        name: jobs_of(name, network, settings, images, out, heavy)
        for name, network in planned["networks"].items()
    }
    there = [
        name
        for name, scripts in jobs.items()
        if all(
            f.exists() for _, files, _ in scripts.values() for f in files.values() if f.is_relative_to(out)
        )
    ]
    done, context = len(there), get_context("spawn")
    with (
        ProcessPoolExecutor(processes, context) as trainers,
        ProcessPoolExecutor(attackers, context) as attacking,
    ):
        pools = {TRAINING: trainers, ATTACK: attacking}
        pending = {}

        def submit(script, name):
            input, output, params = jobs[name][script]
            log = heavy / "logs" / script / f"{name}.log"
            params = {**params, "device": devices[script]}
            future = pools[script].submit(do, script, name, input, output, params, log, last[script])
            pending[future] = script, name

        for name in [name for name in jobs if name not in there]:
            submit(TRAINING, name)
        while pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                script, name = pending.pop(future)
                if error := future.exception():
                    shown = f"{type(error).__name__}: {error}"
                elif (seconds := future.result()) is None:
                    continue
                else:
                    shown = f"{seconds:.1f} s"
                    done += script == ATTACK
                    if script == TRAINING:
                        submit(ATTACK, name)
                passed = time.perf_counter() - begin
                print(f"{passed:6.1f} s  {done:3d} of {len(jobs)}  {name}, {script}: {shown}", flush=True)
    for folder in (out, heavy):
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        print(f"{folder}: {size / 1e6:.1f} MB")
    print(f"{done} of {len(jobs)} networks are there, after {time.perf_counter() - begin:.0f} s")
    return len(jobs) - done


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    planning = commands.add_parser("plan")
    planning.add_argument("dataset")
    planning.add_argument("family")
    planning.add_argument("file", type=Path)
    planning.add_argument("--configfile", type=Path, nargs="*", default=[], help="merged over config.yaml")
    running = commands.add_parser("run")
    running.add_argument("plan", type=Path)
    running.add_argument("--mnist", type=Path, required=True, help="folder of the data set's four archives")
    running.add_argument("--out", type=Path, required=True)
    running.add_argument("--heavy", type=Path, required=True, help="folder of what is large")
    running.add_argument("--processes", type=int, default=4, help="that train at once")
    running.add_argument("--attackers", type=int, default=4, help="processes that attack at once")
    running.add_argument("--until", type=float, default=math.inf, help="seconds after which none is trained")
    running.add_argument("--device", default="cuda")
    running.add_argument("--attack-device", default="cuda")
    given = parser.parse_args()
    try:
        return plan_or_run(given)
    except (InputError, OSError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 1


def plan_or_run(given):
    """Do what the command line says: the exit status."""
    if given.command == "plan":
        write_json(given.file, plan(given.dataset, given.family, given.configfile), indent=1)
        return 0
    os.environ["OMP_NUM_THREADS"] = "1"  # read when the processes start
    missing = run(
        read_plan(given.plan), given.mnist, given.out, given.heavy,
        processes=given.processes, attackers=given.attackers, until=given.until,
        device=given.device, attack_device=given.attack_device,
    )  # fmt: skip
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
