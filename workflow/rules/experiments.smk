"""The list of the experiments, and what the page and the targets take from it."""

from types import SimpleNamespace

EXPERIMENTS = {}


def experiment(name, title, when=lambda dataset: True, on_page=None):
    """Put an experiment on the list; its place there is its number.

    `when` says of a data set's settings whether it has the experiment, `on_page` whether its page shows it.
    """
    EXPERIMENTS[name] = SimpleNamespace(
        number=len(EXPERIMENTS) + 1,
        title=title,
        when=when,
        on_page=on_page or when,
        section=None,
        panel=None,
        pictures=[],
        numbers=[],
    )


def shows(name, **files):
    """What an experiment has to show: the files of its `section`, `panel` and `pictures`, and its `numbers`,
    the tables without pictures. Each is a file, a list of files, or a function of the wildcards.
    """
    vars(EXPERIMENTS[name]).update(files)


def files_of(shown, wildcards):
    """The files of one thing to show, of the wildcard's data set."""
    found = shown(wildcards) if callable(shown) else shown
    found = [found] if isinstance(found, str) else list(found)
    return expand(found, dataset=wildcards.dataset)


def target_of(name):
    """An input: the pictures and the numbers of an experiment."""
    found = EXPERIMENTS[name]
    return lambda w: files_of(found.numbers, w) + files_of(found.pictures, w)


def on_page(wildcards):
    """The experiments of the page of the wildcard's data set, in order."""
    dataset = DATASETS[wildcards.dataset]
    return {
        name: found
        for name, found in EXPERIMENTS.items()
        if found.section and found.on_page(dataset)
    }


def prose(name):
    """The prose and the captions of an experiment, as inputs of its section's rule."""
    folder = ROOT / "workflow" / "experiments" / name
    return of_checkout(folder / "text.html.j2", *sorted(folder.glob("captions/*.rst")))


def picture(experiment, path, caption=None, figure=None):
    """The outputs of one picture: a PNG for the report, labelled by `figure` or its name, and an SVG beside it."""
    name = Path(path).name.removeprefix("{pair}_")
    found = EXPERIMENTS[experiment]
    labels = {"data set": "{dataset}"} if "{dataset}" in path else {}
    labels |= {"pair": "{pair}"} if "{pair}" in path else {}
    png = report(
        f"{path}.png",
        caption=f"{ROOT}/workflow/experiments/{experiment}/captions/{caption or name}.rst",
        category=f"{found.number:02d} {found.title}",
        labels=labels | {"figure": figure or name.replace("_", " ")},
    )
    return [png, f"{path}.svg"]


def pngs(rule):
    """The pictures among the outputs of a rule that draws figures."""
    return [file for file in rule.output if file.endswith(".png")]


def of_page(wildcards):
    """The inputs of the page: section, pictures and panel of each experiment that it shows, by name."""
    found = {}
    for name, shown in on_page(wildcards).items():
        found[f"{name}_section"] = files_of(shown.section, wildcards)[0]
        found[f"{name}_pictures"] = files_of(shown.pictures, wildcards)
        if shown.panel:
            found[f"{name}_panel"] = files_of(shown.panel, wildcards)[0]
    return found


def numbers_of_page(wildcards):
    """The tables of the experiments that the page shows."""
    shown = on_page(wildcards).items()
    return [
        file
        for name, found in shown
        for file in (files_of(found.numbers, wildcards) if name != "run" else [])
    ]


def of_reports(*patterns):
    """An input: files of the data sets that have a page, the main one first, or of the main one where none has.

    Files of a page are those that are there, so that one which is deleted is a change of the inputs. Their
    paths are absolute, so that no rule makes them anew.
    """

    def files(wildcards):
        names = sorted(DATASETS, key=lambda name: name != config["main"])
        pages = zip(names, expand(rules.page.output.page, dataset=names), strict=True)
        if not (there := [name for name, page in pages if os.path.exists(page)]):
            return expand(patterns, dataset=config["main"])
        found = expand(patterns, dataset=there)
        return [local(os.path.abspath(file)) for file in found if os.path.exists(file)]

    return files
