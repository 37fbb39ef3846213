"""Folders of images by class, and what is refused in them."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samples import folder, picture, refused, table
from tilt.data.folder import folder_changes, folder_labels
from tilt.data.own import class_counts, input_files, own_images


@pytest.mark.parametrize(("mode", "shape"), [("L", (2, 3)), ("RGB", (2, 3, 3)), ("1", (2, 3))])
def test_folders_of_images_by_class(tmp_path, mode, shape):
    folder(tmp_path / "own" / "train", mode)
    folder(tmp_path / "own" / "test", mode)
    (tmp_path / "own" / "README.txt").touch()
    (tmp_path / "own" / "train" / "newt" / ".DS_Store").touch()
    images, record = own_images("folder", tmp_path / "own")
    assert (record["names"], images.bounds) == (["newt", "toad"], (0, 255))
    assert images.x_train.shape == (4, *shape)
    assert images.x_train.dtype == np.uint8
    np.testing.assert_array_equal(images.y_test, [0, 0, 1, 1])
    np.testing.assert_array_equal(images.x_test, images.x_train)
    if mode != "1":
        np.testing.assert_array_equal(images.x_train[:, 0, 0].reshape(4, -1)[:, 0], [10, 20, 130, 255])
    assert class_counts("folder", tmp_path / "own") == {"newt": 2, "toad": 2}


def test_a_folder_without_a_test_part(tmp_path):
    images, _ = own_images("folder", folder(tmp_path), test_share=0.5)
    np.testing.assert_array_equal(images.y_train, [0, 1])
    assert class_counts("folder", tmp_path, test_share=0.5) == {"newt": 1, "toad": 1}


def test_a_change_of_an_image_changes_the_inputs(tmp_path):
    folder(tmp_path)
    for k, file in enumerate(sorted(tmp_path.glob("*/*"))):
        os.utime(file, (1000 + k, 1000 + k))
    assert input_files("folder", tmp_path) == [
        tmp_path / "newt",
        tmp_path / "toad",
        tmp_path / "toad" / "b.png",
    ]
    os.utime(tmp_path / "newt" / "a.png", (2000, 2000))
    assert input_files("folder", tmp_path)[2] == tmp_path / "newt" / "a.png"


@pytest.mark.parametrize(
    ("file", "spoil", "says"),
    [
        ("newt/b.png", lambda file: picture(file, size=(3, 3)), "3 × 3 pixels, grey, but .*png 3 × 2 pixels"),
        ("newt/b.png", lambda file: picture(file, "RGB"), "3 × 2 pixels, colour, but .*png 3 × 2 pixels"),
        ("toad/b.png", lambda file: picture(file, "RGBA"), "its mode is RGBA; convert it to L"),
        ("toad/b.png", lambda file: picture(file, "P"), "its mode is P; convert it"),
        ("toad/b.png", lambda file: picture(file, "I;16"), "its mode is I;16; convert it"),
        ("newt/b.png", lambda file: file.write_bytes(b"PNG"), "not a readable image"),
        ("newt/b.png", lambda file: file.write_bytes(file.read_bytes()[:45]), "not a readable image"),
        ("newt/c.txt", Path.touch, r"not an image \(\.png, .*; convert or remove it"),
        ("olm", Path.mkdir, "no image in it"),
        ("train", Path.mkdir, "without train and test beside each other"),
    ],
)  # fmt: skip
def test_folders_that_cannot_be_used(tmp_path, file, spoil, says):
    spoil(folder(tmp_path) / file)
    refused(rf"{file}: {says}", own_images, "folder", tmp_path, test_share=0.5)


def test_what_is_no_folder(tmp_path):
    refused("none: no such folder", own_images, "folder", tmp_path / "none")
    refused(
        r"own\.csv: a file, not a folder; set source: npz or table", own_images, "folder", table(tmp_path)
    )
    refused("no folders of classes", own_images, "folder", tmp_path)
    for source in ("npz", "table"):
        refused("a folder, not a file; set source: folder", own_images, source, tmp_path)
    refused(r"none\.npz: no such file", own_images, "npz", tmp_path / "none.npz")


def pictures(folder: Path) -> Path:
    for name in ("cat", "dog"):
        (folder / name).mkdir()
        Image.fromarray(np.full((4, 4), 9, np.uint8)).save(folder / name / "1.png")
    return folder


@pytest.mark.parametrize("link", ["cat/2.png", "mouse"])
def test_a_link_to_nothing_is_named(tmp_path, link):
    (pictures(tmp_path) / link).symlink_to("nowhere")
    for read in (folder_changes, folder_labels):
        refused(rf"{link}: a link to what is not there; mend or remove it$", read, tmp_path)


def test_what_systems_leave_behind_is_passed_over(tmp_path):
    for name in ("__MACOSX", "cat/__MACOSX", ".git"):
        (pictures(tmp_path) if name == "__MACOSX" else tmp_path).joinpath(name).mkdir()
    assert folder_labels(tmp_path).train.tolist() == ["cat", "dog"]


def test_a_folder_without_a_name_is_refused(tmp_path):
    (pictures(tmp_path) / "cat").rename(tmp_path / " ")
    refused("a class whose name is blank", own_images, "folder", tmp_path, test_share=0.5)
