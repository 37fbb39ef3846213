"""What is checked before the first job: folders, the article's tables, the number of jobs."""

import os

import pytest

from pipeline.start import check_location, check_writable, results_folders, warning_of_pairs
from tilt.errors import InputError


def test_a_file_where_a_folder_of_results_should_be_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    common = ["results", "results/toy", "results/deep", "results/site"]
    assert results_folders(["digits"]) == [*common, "results/digits"]
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "digits").touch()
    with pytest.raises(InputError, match=r"^results/digits: a file .* move it away$"):
        results_folders(["digits"])
    (tmp_path / "results" / "digits").unlink()
    (tmp_path / "results").rmdir()
    (tmp_path / "results").symlink_to("nowhere")
    with pytest.raises(InputError, match=r"^results: a file"):
        results_folders(["digits"])


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    check_writable([str(tmp_path), str(tmp_path / "none")])
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InputError, match=r": the folder cannot be written; make it writable and run again"):
        check_writable([str(tmp_path)])


def test_a_folder_of_published_tables_that_is_not_there_is_named(tmp_path):
    for location in (str(tmp_path), "https://example.org/tables", "file:///nowhere"):
        check_location("own", {"published": {"location": location}})
    with pytest.raises(InputError, match=r"datasets.own.published.location: nowhere: no such folder"):
        check_location("own", {"published": {"location": "nowhere"}})


def test_many_jobs_of_pairs_are_said_with_the_key():
    dataset = {"classes": 100, "svm": {"pairs": "all"}}
    assert warning_of_pairs("own", dataset, 1000) is None
    warning = warning_of_pairs("own", dataset, 9906)
    assert warning.startswith(
        "configuration: datasets.own.svm.pairs: 4,950 pairs of 100 classes make 9,906 jobs"
    )
