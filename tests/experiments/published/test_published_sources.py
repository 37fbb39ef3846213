"""The article's tables from a folder and from a site."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from experiments.published.tables import (
    fetch_tables,
)
from made import THEIRS, published_rows, published_text
from tilt.data import transfer
from tilt.errors import InputError

PAIRS = [(0, 1), (7, 9), (8, 9)]


@pytest.fixture
def folder(tmp_path):
    """A folder, its name in need of quoting, with the tables of two of the three pairs."""
    folder = tmp_path / "the article's #1 folder"
    folder.mkdir()
    for i, j in PAIRS[:2]:
        (folder / f"extras_{i}{j}.csv").write_text(published_text(published_rows()))
    return folder


@pytest.mark.parametrize(
    "location", [str, lambda folder: f"{folder}/", Path.as_uri], ids=["folder", "/", "URL"]
)
def test_tables_come_from_a_folder(folder, location):
    tables, absent = fetch_tables(location(folder), PAIRS, 1, 1)
    assert absent == [(8, 9)]
    assert list(tables) == [(0, 1), (7, 9)]
    np.testing.assert_array_equal(tables[7, 9]["theta"], THEIRS["theta"])


def test_a_folder_without_any_table_and_none_at_all_are_refused(folder, tmp_path):
    for location, pairs in ((folder, [(8, 9)]), (tmp_path / "absent", PAIRS)):
        with pytest.raises(InputError, match=r"has no extras_IJ\.csv.*folder or address.*turn") as caught:
            fetch_tables(str(location), pairs, 1, 1)
        assert str(location) in str(caught.value)


def test_a_damaged_file_is_named(folder):
    (folder / "extras_01.csv").write_bytes(b"\xff\x00\n")
    with pytest.raises(InputError, match=r"extras_01\.csv: 1 rows of 1 values"):
        fetch_tables(str(folder), PAIRS, 1, 1)


@pytest.mark.parametrize(("retries", "timeout_s"), [(0, 1), (1, 0)])
def test_arguments_out_of_range_are_refused(folder, retries, timeout_s):
    with pytest.raises(InputError, match=f"retries is {retries} and timeout_s {timeout_s}"):
        fetch_tables(str(folder), PAIRS, retries, timeout_s)


class Site(ThreadingHTTPServer):
    """A site that answers with the status codes of `answers` in turn (200: the table), then with the last."""

    daemon_threads = True

    def __init__(self, *answers: int) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.answers = list(answers)
        self.requests: list[str] = []
        self.released = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/assets/data"


class Answer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        answers = self.server.answers
        status = answers.pop(0) if len(answers) > 1 else answers[0]
        if status == 0:
            self.server.released.wait(10)
            return
        content = published_text(published_rows()).encode() if status == 200 else b"no"
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site():
    """Start a site; it is stopped at the end."""
    sites = []

    def start(*answers: int) -> Site:
        sites.append(Site(*answers))
        threading.Thread(target=sites[-1].serve_forever, args=(0.01,), daemon=True).start()
        return sites[-1]

    yield start
    for started in sites:
        started.released.set()
        started.shutdown()
        started.server_close()


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """Pauses between attempts, recorded instead of waited for."""
    recorded: list[float] = []
    monkeypatch.setattr(transfer.time, "sleep", recorded.append)
    return recorded


def test_tables_come_from_a_site_and_what_it_does_not_know_is_absent(site, pauses):
    started = site(200, 404, 200)
    tables, absent = fetch_tables(f"{started.address}/", PAIRS, 3, 5)
    assert (list(tables), absent) == ([(0, 1), (8, 9)], [(7, 9)])
    assert started.requests == [f"/assets/data/extras_{i}{j}.csv" for i, j in PAIRS]
    assert pauses == []
    np.testing.assert_array_equal(tables[8, 9]["d_adv"], THEIRS["d_adv"])


def test_a_site_that_knows_none_is_refused(site):
    started = site(404)
    with pytest.raises(InputError, match=f"{started.address} has no extras_IJ.csv"):
        fetch_tables(started.address, PAIRS, 1, 5)
    assert len(started.requests) == len(PAIRS)


def test_a_server_error_is_tried_again_with_growing_pauses(site, pauses):
    started = site(503, 500, 200)
    tables, absent = fetch_tables(started.address, PAIRS, 3, 5)
    assert (list(tables), absent) == (PAIRS, [])
    assert pauses == [1, 2]


def test_a_server_error_that_stays_is_refused(site, pauses):
    started = site(503)
    with pytest.raises(
        InputError, match=r"extras_01.csv \(HTTP Error 503.*folder or address.*turn"
    ) as caught:
        fetch_tables(started.address, PAIRS, 2, 5)
    assert started.address in str(caught.value)
    assert "\n" not in str(caught.value)
    assert started.requests == ["/assets/data/extras_01.csv"] * 2
    assert pauses == [1]


def test_a_silent_site_is_given_up(site):
    with pytest.raises(InputError, match="timed out"):
        fetch_tables(site(0).address, PAIRS, 1, 0.1)


def test_a_site_that_is_not_there_is_refused(site):
    started = site(200)
    started.shutdown()
    started.server_close()
    with pytest.raises(InputError, match=f"published tables: {started.address} does not deliver.*refused"):
        fetch_tables(started.address, PAIRS, 1, 5)
