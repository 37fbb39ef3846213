"""The workflow on a cluster: a real Slurm of one node, brought up for the test, beside a local run."""

import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from conftest import ROOT
from test_threads import write_workflow
from test_workflow import SNAKEMAKE, TINY

pytestmark = pytest.mark.cluster

DAEMONS = ("munged", "slurmctld", "slurmd")
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmctldPort={controller}
SlurmdPort={node}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def install() -> None:
    """Debian's packages, unless they are there."""
    if os.geteuid() != 0:
        pytest.skip("Slurm's daemons need root")
    if all(map(shutil.which, DAEMONS)):
        return
    if not shutil.which("apt-get"):
        pytest.skip("Slurm is not installed, and there is no apt-get to install it")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "slurm-wlm", "munge"]):
        done = subprocess.run(
            ["apt-get", "--quiet", *arguments], env=environment, capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"apt-get {arguments[0]} failed: {done.stderr[-500:]}")


@contextmanager
def daemon(*command: str) -> Iterator[None]:
    """A daemon in the foreground; it ends with the block, or with the process that runs the tests."""
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


def wait_until(condition, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


@pytest.fixture(scope="module")
def slurm() -> Iterator[None]:
    """A running Slurm of one node, which sbatch, srun and squeue reach as long as the tests run."""
    install()
    host = socket.gethostname().split(".")[0]
    with TemporaryDirectory(prefix="slurm-") as name, ExitStack() as stack:
        stack.callback(
            signal.signal, signal.SIGTERM, signal.signal(signal.SIGTERM, signal.default_int_handler)
        )
        folder = Path(name)
        folder.chmod(0o755)  # munge's socket is for everyone
        key = folder / "munge.key"
        key.touch(0o600)
        key.write_bytes(os.urandom(128))
        files = [f"--{what}-file={folder}/munge.{what}" for what in ("key", "log", "pid", "seed")]
        controller, node = free_ports(2)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        settings = {"host": host, "folder": folder, "controller": controller, "node": node}
        conf = folder / "slurm.conf"
        conf.write_text(CONFIGURATION.format(**settings, cpus=os.cpu_count(), memory=memory))
        srun = folder / "bin" / "srun"  # the plugin empties the environment of its srun of SLURM_ variables
        srun.parent.mkdir()
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={conf} exec {shutil.which("srun")} "$@"\n')
        srun.chmod(0o755)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("SLURM_CONF", str(conf))
        patch.setenv("PATH", str(srun.parent), prepend=os.pathsep)
        stack.enter_context(daemon("munged", "--foreground", f"--socket={folder}/munge.socket", *files))
        wait_until((folder / "munge.socket").exists, 10)
        for program in ("slurmctld", "slurmd"):
            stack.enter_context(daemon(program, "-D", "-f", str(conf), "-L", f"{folder}/{program}.log"))
        if not wait_until(lambda: ask("sinfo", "--noheader", "--format=%T") == "idle", 60):
            logs = "\n".join(file.read_text()[-1000:] for file in folder.glob("*.log"))
            pytest.skip(f"Slurm did not start:\n{logs}")
        try:
            yield
        finally:
            ask("scancel", "--user=root", "--full")
            wait_until(lambda: not ask("squeue", "--noheader"), 30)


def ask(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip()


def snakemake(folder: Path, *arguments: str | Path) -> str:
    """What a run in the folder prints."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / ".cache")}
    done = subprocess.run(
        [SNAKEMAKE, "--directory", folder, *arguments],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def on_cluster(folder: Path, *arguments: str | Path) -> set[str]:
    """The same with the profile, which need not be as patient here; the cluster jobs that ran."""
    printed = snakemake(
        folder, *arguments, "--workflow-profile", ROOT / "profiles" / "slurm", "--slurm-no-account",
        "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1",
        "--latency-wait", "5", "--retries", "0",
    )  # fmt: skip
    return set(re.findall(r"SLURM jobid '?(\d+)", printed))


def records(folder: Path) -> dict[str, Any]:
    """Each table and record under a folder of results, without the wall times."""
    found: dict[str, Any] = {}
    for file in sorted(folder.rglob("*.json")):
        found[str(file.relative_to(folder))] = json.loads(file.read_text())
    for file in sorted(folder.rglob("*.csv")):
        with file.open() as lines:
            rows = list(csv.DictReader(lines))
        for row in rows:
            row.pop("seconds", None)
        found[str(file.relative_to(folder))] = rows
    return found


def test_a_cluster_computes_what_one_machine_does(slurm, tmp_path):
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    arguments = ["tiny", "--snakefile", ROOT / "Snakefile", "--configfile", tmp_path / "tiny.yaml"]
    snakemake(tmp_path / "alone", *arguments, "--cores", "2")
    cluster_jobs = on_cluster(tmp_path / "cluster", *arguments)
    assert 5 <= len(cluster_jobs) <= 8, "pairs, two-layer networks, LeNets, calibration, tables"
    alone, cluster = (records(tmp_path / name / "results") for name in ("alone", "cluster"))
    assert len(alone) > 40
    assert alone.keys() == cluster.keys()
    for name, record in alone.items():
        assert cluster[name] == record, name
    pictures = [{file.name for file in (tmp_path / name).rglob("*.svg")} for name in ("alone", "cluster")]
    assert pictures[0] == pictures[1]


def test_jobs_keep_to_the_cores_that_they_asked_for(slurm, tmp_path):
    write_workflow(tmp_path)
    components = ["--group-components", "together=3"]
    cluster_jobs = on_cluster(tmp_path, *components, "--snakefile", tmp_path / "Snakefile")
    assert len(cluster_jobs) == 2
    narrow = [json.loads((tmp_path / f"narrow_{n}.json").read_text()) for n in range(3)]
    wide = json.loads((tmp_path / "wide.json").read_text())
    assert len({record["cluster_job"] for record in narrow}) == 1
    for record in (*narrow, wide):
        assert max(record["threads"]) <= record["cores"] == 1
    narrow.sort(key=lambda record: record["start"])
    for first, second in pairwise(narrow):
        assert first["end"] <= second["start"], "two jobs at a time on one core"
