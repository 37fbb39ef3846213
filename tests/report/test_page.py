"""The page: whole without anything beside it, and without what a data set lacks."""

import json
import re
import struct
import zlib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from conftest import ROOT
from made import SETTINGS
from report import page
from report.claims import MARKS, VERDICTS
from report.contract import Section
from report.prose import with_prose
from report.typeset import marked
from report.words import IMAGES, words_of
from tilt.errors import InputError
from written import everything

EXPERIMENTS = ROOT / "workflow" / "experiments"
SECTIONS = re.findall(r"experiments/(\w+)/rules", (ROOT / "Snakefile").read_text())


@pytest.fixture(scope="module")
def written():
    return everything(IMAGES)


def test_the_page_says_how_lambda_was_chosen(written, tmp_path):
    assert "chooses on the images that then test" not in rendered(written, tmp_path)
    settings = SETTINGS | {"svm": SETTINGS["svm"] | {"validation_per_class": 1500}}
    assert "1,500 training images of each class" in rendered(written, tmp_path, settings=settings)


def png(width, height):
    """The bytes of a grey PNG."""

    def chunk(kind, content):
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    pixels = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


class Walk(HTMLParser):
    """Collects ids, links, pictures and headings, and checks that tags close in order."""

    VOID = frozenset({"meta", "link", "img", "br"})

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.sources, self.alts, self.headings = [], [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.links += [attrs["href"]] if tag == "a" else []
        self.sources += [attrs[key] for key in ("src", "srcset", "data", "poster") if key in attrs]
        self.sources += [attrs["href"]] if tag == "link" else []
        self.alts += [attrs.get("alt")] if tag == "img" else []
        self.headings += [tag] if re.fullmatch(r"h\d", tag) else []
        assert tag != "script"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def rendered(written, folder, *, settings=SETTINGS, words=IMAGES, shape=(8, 8), panels=None):
    """The page of made-up sections; those that have neither captions nor tables are no part of it."""
    values = {
        "sizes": ["28 × 28"],
        **settings,
        "words": words,
        "models": ["lenet"],
        "epochs": "50 epochs",
        **dict.fromkeys(("batch_size", "learning_rate", "momentum"), "0.9"),
        "shape": shape,
        "source": "a <made-up> & small source",
        "config": "main: tiny  # <b>",
        "target": "tiny",
        "file": "results/tiny/config.yaml",
        "as_module": False,
    }
    sections, drawn = [], {}
    for name in SECTIONS:
        captions, tables = (written[part].get(name, {}) for part in ("captions", "tables"))
        if not captions and not tables:
            continue
        claimed = [claim for claim in written["claims"] if claim.section == name]
        section = Section(claimed, captions, tables or [], values, written["answers"].get(name))
        files = [folder / f"{stem}.png" for stem in captions]
        for file in files:
            file.write_bytes(png(30, 15))
        record = json.loads(json.dumps(with_prose(name, name.title(), section, prose(name))))
        sections.append(record)
        drawn[name] = page.pictures(record, files)
    return page.render(
        dataset="tiny",
        sections=sections,
        numbers={name: number for number, name in enumerate(SECTIONS, 1)},
        pictures=drawn,
        panels=panels or {},
        shape=shape,
        data=f"20 {words.samples}",
    )


def prose(name):
    folder = EXPERIMENTS / name
    return [folder / "text.html.j2", *folder.glob("captions/*.rst")]


def test_the_page_is_whole(written, tmp_path):
    text = rendered(written, tmp_path)
    walk = Walk(text)
    assert walk.open == []
    assert len(set(walk.ids)) == len(walk.ids)
    panels = set(
        re.findall(r'"(panel-[a-z-]+)"', "".join(map(Path.read_text, EXPERIMENTS.glob("*/panel.py"))))
    )
    assert {link[1:] for link in walk.links if link.startswith("#")} <= set(walk.ids) | panels
    assert {f"claims-{claim.section}" for claim in written["claims"]} <= set(walk.ids)
    assert all(source.startswith("data:") for source in walk.sources)
    assert len(walk.alts) == sum(map(len, written["captions"].values()))
    assert all(walk.alts)
    assert not re.search(r"url\(|@import", text)
    assert walk.headings[:2] == ["h1", "h2"]
    assert walk.headings.count("h1") == 1
    for claim in written["claims"]:
        assert marked(claim.measured) in text
        assert marked(claim.rule) in text
    for verdict in VERDICTS:
        assert f"{MARKS[verdict]}</span> {verdict}" in text
    assert "a &lt;made-up&gt; &amp; small source" in text
    assert "# &lt;b&gt;" in text
    first = text[text.index("<header") : text.index("</header>")]
    for answer in written["answers"].values():
        assert f"{answer.question}: {answer.short}." in first
        assert marked(answer.text) in first
    assert "Networks: not asked" not in first
    assert 'width="20" height="10"' in text


def test_a_page_without_comparison_leaves_the_section_out(written, tmp_path):
    without = {
        part: {section: value for section, value in written[part].items() if section != "published"}
        for part in ("captions", "tables", "answers")
    }
    judged = [claim for claim in written["claims"] if claim.section != "published"]
    walk = Walk(rendered(without | {"claims": judged}, tmp_path))
    assert "published" not in walk.ids
    assert {"training", "data", "run"} <= set(walk.ids)


NETWORK_SECTIONS = {
    *("training", "attack", "sweep", "map", "calibration", "rivals", "depth", "random_labels", "own"),
}


def test_a_page_without_networks_leaves_out_its_sections(written, tmp_path):
    without = {
        part: {key: value for key, value in written[part].items() if key not in NETWORK_SECTIONS}
        for part in ("captions", "tables", "answers")
    }
    judged = [claim for claim in written["claims"] if claim.section not in NETWORK_SECTIONS]
    settings = SETTINGS | {"networks": None}
    text = rendered(without | {"claims": judged}, tmp_path, settings=settings)
    ids = set(Walk(text).ids)
    assert not NETWORK_SECTIONS & ids
    assert "Networks: not asked" in text
    assert {"svm", "two_layer", "data", "run"} <= ids
    assert "LeNet" not in text


@pytest.mark.parametrize(
    ("shape", "vectors", "resized"),
    [([30], True, True), ([28, 28], False, False), ([28, 28, 3], False, False), ([8, 8, 3], False, True)],
)
def test_the_page_says_what_the_samples_are(written, tmp_path, shape, vectors, resized):
    text = rendered(written, tmp_path, shape=shape)
    assert ("vectors of 30 features" in text) == vectors
    assert ("resized to 28 × 28" in text) == resized


def test_norms_in_images_of_different_sizes_are_not_to_be_compared(written, tmp_path):
    assert "A norm grows" not in rendered(written, tmp_path)
    text = rendered(written, tmp_path, settings=SETTINGS | {"sizes": ["28 × 28", "8 × 8"]})
    assert "images of 28 × 28 and 8 × 8 numbers. A norm grows" in text


def test_the_data_are_described_with_the_names_of_the_classes(written):
    table, how = written["tables"]["data"]
    assert how.rows == []
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Images per class"] == ("class 0: 20",) * 2
    assert rows["Values that count as 0 and 1"] == ("0 and 16", "0 and 16")


def test_the_page_of_vectors_speaks_of_samples_and_names_their_classes(tmp_path):
    kinds = ("setosa", "virginica", *(f"kind {k}" for k in range(2, 10)))
    record = {"train": {"shape": [20, 30]}, "value_max": None, "names": kinds}
    words = words_of(record)
    told = everything(words)
    without = {
        part: {key: value for key, value in told[part].items() if key not in NETWORK_SECTIONS | {"published"}}
        for part in ("captions", "tables", "answers")
    }
    judged = [claim for claim in told["claims"] if claim.section in without["captions"]]
    text = rendered(
        without | {"claims": judged},
        tmp_path,
        shape=[30],
        words=words,
        settings=SETTINGS | {"networks": None},
    )
    text = re.sub(r'<style>.*?</style>|data:image/webp|<section id="toy">.*?</section>', "", text, flags=re.S)
    found = re.search(r".{0,60}(pixel|(?<!mirror )\bimages?\b)", text, flags=re.I)
    assert found is None
    assert "vectors of 30 features" in text
    assert "none, units as given" in text
    assert text.count("kind 7 v kind 9") > 10
    assert not re.search(r"\b7v9\b", text)
    assert "class 0 (setosa): 20" in text


def test_a_file_that_is_no_png_is_refused(tmp_path):
    (tmp_path / "low.png").write_bytes(b"GIF89a")
    with pytest.raises(InputError, match=r"low\.png: not a PNG file"):
        page.pictures({"name": "attack", "figures": {"low": {}}}, [tmp_path / "low.png"])


def test_panels_that_share_a_control_agree_on_it(written, tmp_path):
    control = {"name": "theta", "tokens": ["0", "1"]}
    records = {
        name: {"panels": [{"controls": [control | {"start": start}]}], "banks": {}}
        for name, start in (("toy", 0), ("svm", 1))
    }
    with pytest.raises(ValueError, match="differ in the control 'theta'"):
        rendered(written, tmp_path, panels=records)
