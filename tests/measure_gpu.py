"""Check and time training and attacks on a GPU: python tests/measure_gpu.py --mnist DIR --out DIR

DIR holds MNIST's four archives. Prints each finding when it is there, and leaves all of them in OUT/gpu.json.
`--device cpu` with few images tries the script itself on a machine without a GPU.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from contextlib import suppress
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow" / "lib"), str(ROOT / "workflow")]

FLOP = 13.2e6  # of an image, forward and backward; see experiments.bench.training.training_floor
RECIPES = {
    "matconvnet": {"initial_weights": "matconvnet", "pixel_scale": 1.0},
    "xavier": {"initial_weights": "improved_xavier", "pixel_scale": 0.1},
}
ASCENT = 300  # steps of the attack that is timed beside trainings
RULE = {"rate": 5e-4, "momentum": 0.9, "weight_decay": 1e-4}


def read_images(mnist, folder):
    """x_train, y_train, x_test, y_test as LeNet takes them; kept in `folder` for other processes."""
    from tilt.data.sources import torchvision_images
    from tilt.networks.lenet import resize_to_28

    images = torchvision_images("mnist", folder, [Path(mnist).resolve().as_uri()], 1, 60)
    data = (
        resize_to_28(images.x_train, images.bounds),
        images.y_train,
        resize_to_28(images.x_test, images.bounds),
        images.y_test,
    )
    for k, part in enumerate(data):
        np.save(Path(folder, f"{k}.npy"), part)
    return data


def part_of(data, n):
    """n training images and a fifth as many test images."""
    return data[0][:n], data[1][:n], data[2][: max(n // 5, 100)], data[3][: max(n // 5, 100)]


def training(data, device, start="matconvnet", **settings):
    from tilt.networks.model import Network
    from tilt.networks.training import train

    common = {"weight_decay": 1e-4, "seed": 0}
    common |= {key: settings.pop(key) for key in common if key in settings}
    model = Network(**common, **RECIPES[start]).start(data[0], 10)
    return train(model, *data, **common, device=device, **settings)


def difference(one, other):
    """Largest relative difference of the losses of two histories."""
    return max(
        float(np.max(np.abs(one.history[name] / other.history[name] - 1)))
        for name in ("train_loss", "test_loss")
    )


def check_history(data, device, n):
    """Two epochs with a smaller last batch on both devices, from both starts."""
    small = part_of(data, n)
    found = {}
    for recipe in RECIPES:
        ours, cpu = (training(small, d, recipe, epochs=2, batch_size=280) for d in (device, "cpu"))
        found[f"{recipe}: relative difference of losses"] = difference(ours, cpu)
        found[f"{recipe}: train_loss"] = [h.history["train_loss"].tolist() for h in (ours, cpu)]
    found["holds"] = all(found[f"{recipe}: relative difference of losses"] < 1e-3 for recipe in RECIPES)
    return found


def check_resuming(data, device, n, folder):
    """Four epochs at once, again, and killed after two and resumed."""
    small, path = part_of(data, n), Path(folder, "resumed.safetensors")

    class Killed(Exception):
        pass

    def kill(_, row):
        if row["epoch"] == 2:
            raise Killed

    settings = {"epochs": 4, "batch_size": 280}
    whole, again = (training(small, device, **settings) for _ in range(2))
    with suppress(Killed):
        training(small, device, **settings, checkpoint=path, on_epoch=kill)
    resumed = training(small, device, **settings, checkpoint=path)
    found = {"repeated": difference(again, whole), "resumed": difference(resumed, whole)}
    return {**found, "holds": len(resumed.history["epoch"]) == 4 and max(found.values()) < 1e-4}


def check_attacks(data, device, n, folder):
    """The three attacks on one network by both devices."""
    import torch

    from tilt.attacks.ascent import targeted_ascent
    from tilt.attacks.minimal import minimal_norm
    from tilt.attacks.signed import signed_gradient_step
    from tilt.calibration import fit_temperature
    from tilt.networks.device import choose_device
    from tilt.networks.model import load_network, save_network
    from tilt.networks.scores import predict_scores

    path = Path(folder, "attacked.safetensors")
    save_network(path, training(part_of(data, n), device, "xavier", epochs=3, batch_size=50).model.cpu(), {})
    model = load_network(path)
    temperature = fit_temperature(predict_scores(model, data[2]), 0.95)
    x, y = data[2][:20], data[3][:20]
    norms, found = {}, {"temperature": temperature}
    for place in (device, "cpu"):
        of = choose_device(place)
        model = load_network(path).to(of)
        images = torch.as_tensor(x, device=of)
        begin = time.perf_counter()
        ascent = targeted_ascent(model, images, (y + 1) % 10, temperature, step=2.0, max_steps=1000)
        seconds = time.perf_counter() - begin
        minimal = minimal_norm(model, images, y)
        many = torch.as_tensor(data[2][:1000], device=of)
        signed = signed_gradient_step(
            model, many, data[3][:1000], temperature=temperature, epsilons=[0.1, 0.3]
        )
        norms[place, "ascent"] = np.where(ascent.success, ascent.norm, np.nan)
        norms[place, "minimal"] = minimal.norm
        found[f"{place}: milliseconds a step of the ascent"] = 1000 * seconds / int(ascent.steps.max() + 1)
        found[f"{place}: mean norms"] = [float(np.nanmean(norms[place, a])) for a in ("ascent", "minimal")]
        found[f"{place}: successes"] = [int(ascent.success.sum()), int(minimal.success.sum())]
        found[f"{place}: accuracy, linear attack"] = signed.accuracy.tolist()
    apart = [np.abs(norms[device, a] - norms["cpu", a]) for a in ("ascent", "minimal")]
    found["largest difference of a norm"] = [float(np.nanmax(difference)) for difference in apart]
    means = np.array(found[f"{device}: mean norms"]) / found["cpu: mean norms"]
    accuracy = np.array([found[f"{place}: accuracy, linear attack"] for place in (device, "cpu")])
    found["holds"] = bool(np.all(np.abs(means - 1) < 0.01) and np.ptp(accuracy, axis=0).max() <= 0.002)
    return found


def prepared(data, device):
    """Images and labels on the device, the batches of an epoch, and a network to start from by layout."""
    import torch

    from tilt.networks.device import choose_device
    from tilt.networks.model import Network

    place = choose_device(device)
    x, y = (torch.as_tensor(part, device=place) for part in data[:2])

    def start(layout=torch.contiguous_format):
        model = Network(**RECIPES["xavier"], weight_decay=1e-4, seed=0).start(data[0], 10)
        model = model.to(memory_format=layout).to(place)
        return model, {name: torch.zeros_like(p) for name, p in model.named_parameters()}, x, y

    return torch.split(torch.randperm(len(x)).to(place), 300), start


def milliseconds(epoch, batches):
    """Of a step, in the best of three epochs."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        epoch(batches)
        times.append(time.perf_counter() - begin)
    return 1000 * min(times) / len(batches)


def time_steps(data, device):
    """Milliseconds a step of 300 images, by layout and choice of algorithms, and without a graph."""
    import torch

    from tilt.networks import descent

    batches, start = prepared(data, device)
    rule, found = descent.Rule(**RULE), {}
    layouts = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
    for (name, layout), (deterministic, benchmark) in product(
        layouts.items(), ((True, False), (False, False), (True, True), (False, True))
    ):
        label = f"{name}{', deterministic' * deterministic}{', benchmark' * benchmark}"
        with torch.backends.cudnn.flags(
            enabled=True, benchmark=benchmark, deterministic=deterministic, allow_tf32=False
        ):
            try:
                found[label] = milliseconds(descent.Descent(*start(layout), rule, 300), batches)
            except RuntimeError as error:
                found[label] = str(error).splitlines()[0]
    eager, descent.EAGER = descent.EAGER, -1
    found["without a graph"] = milliseconds(descent.Descent(*start(), rule, 300), batches)
    descent.EAGER = eager
    return found


def time_own_gradient(data, device):
    """Milliseconds a step by the gradient that the CPU uses, kernel by kernel."""
    import torch

    from tilt.networks.descent import Rule, descend

    batches, start = prepared(data, device)
    model, velocity, x, y = start(torch.channels_last)
    tensors = list(model.parameters()), list(velocity.values())
    return {
        "step": milliseconds(partial(descend, model.fast_gradient, *tensors, x, y, Rule(**RULE)), batches)
    }


def list_kernels(data, device):
    """The kernels that take most of a step: microseconds a step, launches a step, name."""
    import torch
    from torch.autograd import DeviceType
    from torch.profiler import ProfilerActivity, profile

    from tilt.networks.descent import Descent, Rule

    batches, start = prepared(data, device)
    descent = Descent(*start(), Rule(**RULE), 300)
    descent(batches)
    with profile(activities=[ProfilerActivity.CUDA]) as profiled:
        descent(batches[:20])
        torch.cuda.synchronize()
    times, counts = defaultdict(float), defaultdict(int)
    for event in profiled.events():
        if event.device_type == DeviceType.CUDA:
            times[event.name] += event.time_range.elapsed_us() / 20
            counts[event.name] += 1 / 20
    order = sorted(times, key=times.get, reverse=True)[:25]
    rows = [[round(times[name], 1), round(counts[name], 2), name[:90]] for name in order]
    return {"kernels": [[round(sum(times.values()), 1), round(sum(counts.values()), 1), "all"], *rows]}


def time_training(data, device, epochs, folder):
    """A whole training with checkpoints, as the workflow runs it, after one epoch that warms up."""
    training(data, device, epochs=1, batch_size=300)
    found = {}
    for recipe in RECIPES:
        begin = time.perf_counter()
        trained = training(
            data,
            device,
            recipe,
            epochs=epochs,
            batch_size=300,
            checkpoint=Path(folder, f"{recipe}.safetensors"),
        )
        seconds, epoch = time.perf_counter() - begin, float(np.median(trained.history["seconds"]))
        found |= {
            f"{recipe}: seconds, {epochs} epochs": seconds,
            f"{recipe}: seconds of an epoch, median": epoch,
            f"{recipe}: TFlop/s": FLOP * len(data[0]) / epoch / 1e12,
            f"{recipe}: train and test error, %": [
                100 * float(trained.history[name][-1]) for name in ("train_error", "test_error")
            ],
        }
    return found


def work(connection, folder, device, epochs):
    """A process that trains or attacks whenever it is asked to, and says from when to when."""
    import torch

    from tilt.attacks.ascent import targeted_ascent
    from tilt.networks.device import choose_device

    torch.set_num_threads(1)
    data = tuple(np.load(Path(folder, f"{k}.npy")) for k in range(4))
    place = choose_device(device)
    model = training(part_of(data, 3000), device, epochs=1, batch_size=300).model.requires_grad_(False)
    attacked = torch.as_tensor(data[2][:100], device=place), (data[3][:100] + 1) % 10
    targeted_ascent(model, *attacked, 1.0, max_steps=2)
    connection.send("ready")
    while (job := connection.recv()) is not None:
        begin = time.time()
        if job == "attack":
            targeted_ascent(model, *attacked, 1.0, confidence=1.0, step=0.1, max_steps=ASCENT)
        else:
            training(data, device, seed=job, epochs=epochs, batch_size=300)
        connection.send((begin, time.time()))


def time_processes(counts, device, epochs, folder):
    """Networks of 50 epochs a minute by the number of processes that train at once, and one attack beside."""
    context = get_context("spawn")
    pipes, processes = [], []
    for _ in range(max(counts)):
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, folder, device, epochs), daemon=True)
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)
    for pipe in pipes:
        pipe.recv()

    def at_once(jobs):
        for job, pipe in zip(jobs, pipes, strict=False):
            pipe.send(job)
        return [pipe.recv() for _, pipe in zip(jobs, pipes, strict=False)]

    found = {}
    for count in counts:
        begins, ends = zip(*at_once(range(count)), strict=True)
        seconds = max(ends) - min(begins)
        found[f"{count} processes: seconds, {epochs} epochs each"] = seconds
        found[f"{count} processes: networks a minute"] = 60 * count * epochs / 50 / seconds
        begin, end = at_once(["attack", *range(count - 1)])[0]
        found[f"ascent beside {count - 1} trainings: milliseconds a step"] = 1000 * (end - begin) / ASCENT
        begins, ends = zip(*at_once(["attack"] * count), strict=True)
        found[f"{count} ascents at once: milliseconds a step"] = 1000 * (max(ends) - min(begins)) / ASCENT
    for pipe, process in zip(pipes, processes, strict=True):
        pipe.send(None)
        process.join(30)
    return found


def shown(value):
    if isinstance(value, list) and value and isinstance(value[0], list | tuple):
        return "".join("\n      " + "  ".join(map(shown, row)) for row in value)
    if isinstance(value, list):
        return "  ".join(map(shown, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", required=True, help="folder of the four archives")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--images", type=int, default=60000, help="training images of the timings")
    parser.add_argument("--checked", type=int, default=6000, help="training images of the checks")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--processes", type=int, nargs="*", default=[1, 2, 4, 8])
    given = parser.parse_args()

    import torch

    findings = {}

    def note(title, measure, *arguments):
        begin = time.perf_counter()
        try:
            found = measure(*arguments)
        except Exception as error:
            found = {"holds": False, "error": "".join(traceback.format_exception(error)[-3:])}
        found["seconds in all"] = time.perf_counter() - begin
        findings[title] = found
        print(f"\n{title}: {({True: 'holds', False: 'FAILS'}).get(found.get('holds'), 'measured')}")
        for name, value in found.items():
            print(f"  {name}: {shown(value)}", flush=True)
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "gpu.json").write_text(json.dumps(findings, indent=1) + "\n")

    def machine():
        gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
        return {"torch": torch.__version__, "gpu": gpu, "cores": os.cpu_count()}

    note("machine", machine)
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        x, y, *test = read_images(given.mnist, folder)
        print(f"images read in {time.perf_counter() - begin:.1f} s")
        data = (x[: given.images], y[: given.images], *test)
        device = given.device
        note("history as on the CPU", check_history, data, device, given.checked)
        note("repeated and resumed", check_resuming, data, device, given.checked, folder)
        note("attacks as on the CPU", check_attacks, data, device, given.checked, folder)
        note("a step, milliseconds", time_steps, data, device)
        note("a training", time_training, data, device, given.epochs, folder)
        note("several at once", time_processes, given.processes, device, max(given.epochs // 5, 1), folder)
        note("the CPU's gradient, milliseconds", time_own_gradient, data, device)
        if device == "cuda":
            note("kernels of a step", list_kernels, data, device)
    return 1 if any(found.get("holds") is False for found in findings.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
