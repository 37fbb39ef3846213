"""The workflow on a cluster: a real Slurm of one node, brought up for the test, beside a local run."""

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

import pytest

from conftest import ROOT
from runs import assert_same_results, succeed
from threads import write_workflow

pytestmark = pytest.mark.cluster

DAEMONS = ("munged", "slurmctld", "slurmd")
PROFILE = ROOT / "profiles" / "slurm"
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
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:1 State=UNKNOWN
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
        (folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")
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


def on_cluster(folder: Path, *arguments: str, profile: Path = PROFILE, **options) -> list[str]:
    """Run with the profile, which need not be as patient here; the numbers of the cluster jobs."""
    printed = succeed(
        folder, *arguments, "--slurm-no-account", "--slurm-status-command", "squeue",
        "--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "5", "--retries", "0",
        profile=profile, **options,
    )  # fmt: skip
    return sorted(set(re.findall(r"SLURM jobid '?(\d+)", printed)), key=int)


def test_a_cluster_computes_what_one_machine_does(slurm, tmp_path):
    alone, cluster = tmp_path / "alone", tmp_path / "cluster"
    alone.mkdir()
    cluster.mkdir()
    times = [time.perf_counter()]
    succeed(alone, "tiny")
    times.append(time.perf_counter())
    jobs = len(on_cluster(cluster, "tiny"))
    times.append(time.perf_counter())
    local, remote = (end - begin for begin, end in pairwise(times))
    more = (remote - local) / jobs
    print(f"\nalone {local:.0f} s; {jobs} cluster jobs in {remote:.0f} s, {more:.1f} s more for each")
    assert 5 <= jobs <= 9, "pairs, two-layer networks, networks, calibration, tables"
    assert_same_results(cluster / "results", alone / "results")
    pictures = [{file.name for file in folder.rglob("*.svg")} for folder in (alone, cluster)]
    assert pictures[0] == pictures[1]


def test_the_training_asks_for_a_gpu(slurm, tmp_path):
    profile = (PROFILE / "profile.yaml").read_text()
    request = re.search(r"^# set-resources:\n(# .*\n)+", profile, flags=re.M)[0]
    (tmp_path / "profile.yaml").write_text(profile.replace(request, request.replace("# ", "")))
    targets = ["results/tiny/attack/xavier_low/attacks.csv", "results/toy/four_fits.csv"]
    jobs = [ask("scontrol", "show", "job", job) for job in on_cluster(tmp_path, *targets, profile=tmp_path)]
    asked = {re.search(r"Comment=(\S*)", job)[1]: re.findall(r"TresPerJob=(\S*)", job) for job in jobs}
    print(f"\ngeneric resources asked for: {asked}")
    assert len(asked) == 2
    for rules, resources in asked.items():
        assert bool(resources) == ("train_network" in rules)
        assert all("gpu:1" in resource for resource in resources)


def test_jobs_keep_to_the_cores_and_gpus_that_they_asked_for(slurm, tmp_path):
    write_workflow(tmp_path)
    settings = ["--group-components", "together=3", "--set-resources", "wide:gpu=1"]
    cluster_jobs = on_cluster(tmp_path, *settings, checkout=tmp_path, config=None)
    assert len(cluster_jobs) == 2
    narrow = [json.loads((tmp_path / f"narrow_{n}.json").read_text()) for n in range(3)]
    wide = json.loads((tmp_path / "wide.json").read_text())
    assert len({record["cluster_job"] for record in narrow}) == 1
    assert [record["gpus"] for record in (*narrow, wide)] == [None, None, None, "0"]
    for record in (*narrow, wide):
        assert max(record["threads"]) <= record["cores"] == 1
    narrow.sort(key=lambda record: record["start"])
    for first, second in pairwise(narrow):
        assert first["end"] <= second["start"], "two jobs at a time on one core"
