"""What the record of a run holds."""

from experiments.run import section as run_section
from pipeline.config import resolve
from pipeline.manifest import processor_of, seeds_of
from pipeline.networks import families


def test_every_seed_that_is_drawn_with_is_listed():
    recipe = {"initial_weights": "pytorch"}
    config = {
        "datasets": {
            "own": {
                "source": "digits",
                "train_per_class": 30,
                "networks": {
                    "a": {"weight_decay": 0, "seed": 4, **recipe},
                    "b": {"weight_decay": 1, **recipe},
                },
                "shown_networks": {"low": "a", "high": "b"},
                "sweep": {"recipes": {"s": recipe}, "weight_decays": [0, 1], "seeds": [5, 6]},
                "two_layer": {"pairs": ["0v1"], "weight_decays": [0, 1, 2], "seeds": [8]},
                "calibration": {"seed": 9},
            }
        }
    }
    resolved = resolve(config)
    own = resolved["datasets"]["own"]
    networks = families("own", own)
    found = seeds_of(own, networks, resolved["toy"], ["toy", "training", "sweep", "two_layer", "calibration"])
    assert found == {"toy": [0], "training": [0, 4], "sweep": [5, 6], "two_layer": [8], "calibration": [9]}
    drawn = own | {"test_share": 0.3, "split_seed": 7}
    assert seeds_of(drawn, networks, resolved["toy"], ["toy"]) == {"toy": [0], "split": [7]}
    (table,) = run_section.tables({"seeds": found})[0].rows
    assert table == ("Seeds", "toy 0; training 0, 4; sweep 5, 6; two layer 8; calibration 9")


def test_a_processor_is_told_from_another_generation_of_its_name():
    first = "cpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC\nflags\t\t: fpu avx avx2{}\n"
    older, newer = first.format(""), first.format(" avx512f")
    assert processor_of(f"{older}\n{newer}") == "AMD EPYC (cpu family 25, model 1, AVX2)"
    assert processor_of(newer) == "AMD EPYC (cpu family 25, model 1, AVX-512)"
    assert processor_of("processor\t: 0\nmodel name\t: ARMv7\nFeatures\t: neon\n") == "ARMv7"
    assert processor_of("processor\t: 0\nCPU implementer\t: 0x41\n") == processor_of("") == ""
