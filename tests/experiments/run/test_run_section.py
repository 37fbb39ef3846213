"""The section of the run prints the command that repeats it."""

import pytest

from conftest import ROOT
from experiments.run import section as run_section
from report.prose import with_prose


@pytest.mark.parametrize(
    ("target", "as_module", "command"),
    [
        ("own", False, "snakemake --cores all own --configfile {file}"),
        ("tilt_own", True, "snakemake --cores all tilt_own"),
    ],
)
def test_the_page_prints_the_command_that_repeats_the_run(tmp_path, target, as_module, command):
    file = tmp_path / "config.yaml"
    file.write_text("main: own")
    section = run_section.section(config=file, manifest={}, target=target, as_module=as_module)
    text = with_prose("run", "Run", section, [ROOT / "workflow" / "experiments" / "run" / "text.html.j2"])[
        "text"
    ]
    assert f"<code>{command.format(file=file)}</code> repeats the run" in text
    assert str(file) in text
