"""The report in a browser: offline, no errors, every control moved, what is drawn is what was computed."""

import json
import random
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from chromium import ALL_READY, FLAGS, find_chromium
from conftest import ROOT
from links import broken
from panels import counted, cut, unpack
from report.numerals import significant
from runs import save_flat, succeed
from tilt.io import read_arrays, read_table

pytestmark = pytest.mark.browser

PICTURES = ROOT / "results" / "screenshots"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    save_flat(folder / "flat.npz")
    succeed(folder, "tiny", "flat")
    succeed(folder, "site")
    return folder / "results"


def opened(browser: Browser, file: Path, fragment: str = "", **options) -> tuple[Page, list[str]]:
    """The page with every panel drawn, and what went wrong on it so far."""
    context = browser.new_context(**options)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "data:", "blob:")) else wrong.append(request.url)
        ),
    )
    context.set_offline(True)
    page.goto(f"file://{file}{fragment}")
    page.wait_for_function(ALL_READY, timeout=120_000)
    return page, wrong


@pytest.fixture(scope="module")
def tiny(browser, results):
    page, wrong = opened(browser, results / "tiny" / "report" / "index.html")
    yield page
    assert wrong == []
    page.context.close()


def sections(results: Path) -> dict[str, dict]:
    files = [results / "toy" / "panels" / "toy.json", *(results / "tiny" / "panels").glob("*.json")]
    return {file.stem: json.loads(file.read_text()) for file in files}


def settle(page: Page) -> None:
    page.evaluate("async () => { clearTimeout(rest); await catchUp(); }")


def choose(page: Page, **tokens: str) -> None:
    """Set controls by the address of the view, as a link does."""
    page.evaluate(
        "fragment => { location.hash = fragment; }", "svm" + "".join(f"&{n}={t}" for n, t in tokens.items())
    )
    page.wait_for_function(
        "tokens => Object.entries(tokens).every(([n, t]) => controls[n].tokens[state[n]] === t)", arg=tokens
    )
    settle(page)


def column(page: Page, model: str, name: str) -> np.ndarray:
    """A column of a Bokeh source, or its image, flat."""
    script = """([model, name]) =>
        Array.from(models.get(model)[0].model.data[name]).flatMap((v) => v?.length ? Array.from(v) : v)"""
    return np.array(page.evaluate(script, [model, name]), dtype=float)


def drawn(page: Page, section: dict, array: str, bank: str = "") -> np.ndarray:
    """The column of the first source that shows an array."""
    for target in (each for panel in section["panels"] for each in panel["targets"]):
        for name, where in target["parts"].items():
            if where["array"] == array and target["bank"].startswith(bank) and target["kind"] != "properties":
                return column(page, target["model"], name)
    raise KeyError(array)


def cells_of(page: Page, section: dict, array: str) -> tuple[np.ndarray, float, float]:
    """The counts of the points of an array, and the corner and the side of the picture that shows them."""
    models = [
        (target["model"], target["fixed"], frame["model"])
        for panel in section["panels"]
        for target, frame in pairwise(panel["targets"])
        if target["kind"] == "counts" and target["parts"]["row"]["array"] == array
    ]
    (source, cells, glyph), *_ = models
    counts = column(page, source, "image").reshape(cells, cells)
    frame = "name => { const { x, dw } = models.get(name)[0].model; return [x.value ?? x, dw.value ?? dw]; }"
    return counts, *page.evaluate(frame, glyph)


def readouts(page: Page, panel: str) -> dict[str, str]:
    script = """id => [...document.querySelectorAll(`#${id} .readouts div`)]
        .map((each) => [...each.children].map((child) => child.textContent))"""
    return dict(reversed(page.evaluate(script, panel)))  # of equal labels the first


def test_every_section_has_its_panels(tiny, results):
    for name, section in sections(results).items():
        inside = [panel for panel in section["panels"] if not panel["front"]]
        assert tiny.locator(f"section#{name} .panel").count() == len(inside) >= 1
    assert tiny.locator("header .panel").count() == 1


def test_every_control_moves_by_the_keyboard(tiny):
    names = tiny.evaluate("Object.keys(controls)")
    assert len(names) >= 8
    for name in names:
        count = tiny.evaluate("name => controls[name].tokens.length", name)
        if count == 1:
            continue
        before = tiny.evaluate("name => state[name]", name)
        control = tiny.locator(f"[data-control='{name}']").first
        control.focus()
        control.press("ArrowRight" if before < count - 1 else "ArrowLeft")
        after = tiny.evaluate("name => state[name]", name)
        assert after == before + (1 if before < count - 1 else -1), name
        settle(tiny)
        for other in tiny.locator(f"[data-control='{name}']").all():
            assert other.input_value() == str(after)
        token, start = tiny.evaluate(
            "name => [controls[name].tokens[state[name]], controls[name].start]", name
        )
        assert (f"&{name}={token}" in tiny.url) == (after != start)


def test_a_link_opens_the_same_view(browser, results):
    page, wrong = opened(
        browser, results / "tiny" / "report" / "index.html", "#svm&lambda=3&pair=0v1&plane=fixed"
    )
    assert page.evaluate("[controls.lambda.tokens[state.lambda], controls.pair.tokens[state.pair]]") == [
        "3",
        "0v1",
    ]
    assert page.locator("#panel-svm [data-control=plane]").input_value() == "1"
    page.evaluate("location.hash = '#svm&lambda=none&other=1&constructor=1&pair=10%5'")
    assert page.evaluate("controls.lambda.tokens[state.lambda]") == "3"
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("fragment", ["#svm&pair=7v9&lambda=3&plane=fixed", "#logistic", "#two_layer"])
def test_an_address_opens_its_section_at_the_top(browser, results, width, fragment):
    file = results / "tiny" / "report" / "index.html"
    page, wrong = opened(browser, file, fragment, viewport={"width": width, "height": 900})
    settle(page)
    section = fragment[1:].split("&")[0]
    top = page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", section)
    assert abs(top) < 2
    assert wrong == []
    page.context.close()


def test_ten_views_of_the_svm_are_those_of_the_tables(tiny, results):
    panels, chance = sections(results)["svm"]["panels"], random.Random(0)
    section = {"panels": [panel for panel in panels if not panel["front"]]}
    for _ in range(10):
        pair, k, view = (
            chance.choice(["0v1", "7v9"]),
            chance.randrange(9),
            chance.choice(["tilting", "fixed"]),
        )
        choose(tiny, pair=pair, plane=view, **{"lambda": str(k - 1)})
        folder = results / "tiny" / "svm" / pair
        table, planes, weights = (
            read_table(folder / "path.csv"),
            read_arrays(folder / "plane.npz"),
            read_arrays(folder / "weights.npz"),
        )
        best = np.flatnonzero(table["err_test"] == table["err_test"].min())[-1]
        row = k if view == "tilting" else best
        ours = planes["y"] == -1
        points = np.stack([planes["z"][ours], planes["n"][row][ours]], axis=1)
        counts, corner, side = cells_of(tiny, section, "row_i")
        cells = len(counts)
        places = np.floor((points - corner) / (side / cells)).astype(int).clip(0, cells - 1)
        assert abs(counts - counted(*places.T, cells)).sum() <= 2  # 32 bits move a sample across an edge
        np.testing.assert_array_equal(drawn(tiny, section, "outline_j")[1:-1:2], planes["histogram_j"][k])
        np.testing.assert_allclose(
            drawn(tiny, section, "theta_degrees", "svm/"), np.degrees(table["theta"]), rtol=1e-6
        )
        w = weights["w"][k]
        np.testing.assert_allclose(
            drawn(tiny, section, "direction", "svm/").ravel(), w / abs(w).max(), atol=0.5 / 127 + 1e-6
        )
        told = readouts(tiny, "panel-svm")
        assert told["test error"] == f"{100 * table['err_test'][k]:.2f} %"
        assert told["θ"] == f"{np.degrees(table['theta'][k]):.2f}°"
        assert told["dadv"] == f"{significant(table['d_adv'][k], 4)} pixels"


def test_images_stand_upright(tiny, results):
    """What is on the screen below the title, averaged to 8 x 8 pixels, is the training image."""
    choose(tiny, pair="7v9")
    image = read_arrays(results / "tiny" / "svm" / "7v9" / "plane.npz")["images"][0].reshape(8, 8)
    with Image.open(BytesIO(tiny.locator("#panel-svm .plot.small").first.screenshot())) as shot:
        frame = shot.convert("L").crop((0, shot.height - shot.width, shot.width, shot.height))
    seen = np.asarray(frame.resize((8, 8), Image.Resampling.BOX), float)
    upright, upside_down = (np.corrcoef(each.ravel(), image.ravel())[0, 1] for each in (seen, seen[::-1]))
    assert upright > 0.95
    assert upside_down < 0.9


def compare_drawn(page: Page, everything: dict[str, dict], state: dict[str, int]) -> int:
    """Compare what every source of every panel shows with its bank at a state; the number of columns."""
    tokens = {n: page.evaluate("([n, k]) => controls[n].tokens[k]", [n, k]) for n, k in state.items()}
    banks = {name: bank for section in everything.values() for name, bank in section["banks"].items()}
    panels = [panel for section in everything.values() for panel in section["panels"]]
    compared = 0
    for target in (each for panel in panels for each in panel["targets"]):
        bank = target["bank"].format(**tokens)
        if target["kind"] == "counts":
            parts = target["parts"].values()
            cuts = [cut(unpack(banks[bank][part["array"]]), part["index"], state) for part in parts]
            shown = column(page, target["model"], "image")
            np.testing.assert_array_equal(shown, counted(*cuts, target["fixed"]).ravel())
            compared += 1
            continue
        for name, where in target["parts"].items():
            packed = banks.get(bank, {}).get(where["array"])
            if target["kind"] == "properties" or not isinstance(packed, dict):
                continue
            expected = cut(unpack(packed), where["index"], state)
            shown = column(page, target["model"], name)
            np.testing.assert_allclose(shown, np.ravel(expected), rtol=1e-6, atol=1e-9)
            compared += 1
    return compared


def test_what_is_drawn_is_the_part_of_the_bank(tiny, results):
    chance = random.Random(1)
    options = tiny.evaluate(
        "Object.fromEntries(Object.values(controls).map(({ name, tokens }) => [name, tokens]))"
    )
    compared = 0
    for _ in range(3):
        state = {name: chance.randrange(len(tokens)) for name, tokens in options.items()}
        choose(tiny, **{name: options[name][k] for name, k in state.items()})
        compared += compare_drawn(tiny, sections(results), state)
    print(f"\n{compared} columns compared")
    assert compared > 200


def test_a_control_moved_while_the_page_loads_moves_everything(browser, results):
    """Panels that come later, or were being drawn, are at the state that was chosen."""
    page = browser.new_page()
    page.goto(f"file://{results / 'tiny' / 'report' / 'index.html'}", wait_until="commit")
    page.wait_for_selector("#panel-front[data-ready]", timeout=120_000)
    waiting = page.evaluate("""async () => {
        const waiting = ready.length === 1;
        await Promise.all([set("pair", 0), set("lambda", 2)]);
        return waiting;
    }""")
    assert waiting
    while not page.evaluate(ALL_READY):
        for k in (5, 6, 7):
            page.evaluate("k => { set('lambda', k); }", k)
            page.wait_for_timeout(20)
    settle(page)
    assert compare_drawn(page, sections(results), page.evaluate("state")) > 66
    page.close()


def test_a_page_that_comes_slowly_keeps_what_was_moved_and_what_its_address_says(browser, results):
    """It stalls within the bank of the pair that is chosen, and the slider is moved before the rest comes."""
    content = (results / "tiny" / "report" / "index.html").read_bytes()
    start = content.index(b'id="bank-svm/0v1"')
    going_on = Event()

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content[: start + 500])
            self.wfile.flush()
            going_on.wait(60)
            self.wfile.write(content[start + 500 :])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    Thread(target=server.serve_forever, daemon=True).start()
    page, wrong = browser.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    address = f"http://127.0.0.1:{server.server_port}/#svm&lambda=3&plane=fixed"
    page.goto(address, wait_until="commit")
    page.wait_for_selector("#panel-front[data-ready]", timeout=120_000)
    page.locator("#panel-front [data-control=pair]").select_option("0")
    page.locator("#panel-front [data-control=lambda]").press("Home")
    assert page.evaluate("document.readyState") == "loading"
    assert page.url == address
    going_on.set()
    page.wait_for_function(ALL_READY, timeout=120_000)
    settle(page)
    assert page.evaluate("[state.pair, state.lambda, controls.plane.tokens[state.plane]]") == [0, 0, "fixed"]
    assert abs(page.evaluate("document.getElementById('svm').getBoundingClientRect().top")) < 2
    assert "plane=fixed" in page.url
    assert "lambda=3" not in page.url
    assert compare_drawn(page, sections(results), page.evaluate("state")) > 66
    assert wrong == []
    page.close()
    server.shutdown()
    server.server_close()


def test_a_tap_on_the_map_chooses_a_pair(tiny):
    choose(tiny, pair="7v9")
    tiny.evaluate("[...drawn].find(({ tags }) => tags?.[0] === 'chooses').selected.indices = [0]")
    tiny.wait_for_function("state.pair === 0")
    tiny.wait_for_function("location.hash.includes('pair=0v1')")


def test_vectors_have_a_page_too(browser, results):
    page, wrong = opened(browser, results / "flat" / "report" / "index.html")
    assert page.locator("section#svm .panel").count() == 2
    assert page.locator("section#training").count() == 0
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize("width", [360, 800, 1280, 1366, 1600])
def test_the_first_screen_of_vectors_is_even(browser, results, width):
    """The plane has a row of its own, and the mirror images of both classes are alike, beside or below."""
    page, _ = opened(
        browser, results / "flat" / "report" / "index.html", viewport={"width": width, "height": 768}
    )
    boxes = "[...document.querySelectorAll('header .plot')].map((each) => each.getBoundingClientRect())"
    plane, *mirrors = page.evaluate(f"{boxes}.map(({{ x, y, width }}) => [x, y, width])")
    (left, top, wide), (right, next_top, as_wide) = mirrors
    assert wide == pytest.approx(as_wide, abs=1)
    assert left == pytest.approx(plane[0], abs=1)
    below = width == 360
    assert right + as_wide == pytest.approx(plane[0] + plane[2], abs=1)
    assert (next_top > top, right > left) == (below, not below)
    assert top > plane[1]
    page.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_the_page_fits_its_window(browser, results, width, scheme):
    page, wrong = opened(browser, results / "tiny" / "report" / "index.html",
                         viewport={"width": width, "height": 900}, color_scheme=scheme)  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{width}-{scheme}.png", full_page=True)
    for panel in page.locator(".panel").all():
        panel.screenshot(path=PICTURES / f"{width}-{scheme}-{panel.get_attribute('id')}.png")
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name",
    [
        *("tiny/report/index.html", "flat/report/index.html", "site/index.html", "site/tiny/data.html"),
        *("site/README.html", "site/docs/weight-decay.html"),
    ],
)
def test_nothing_bars_the_way(browser, results, name, scheme):
    """No violation of WCAG 2.1 A and AA that axe finds, with every claim and table unfolded."""
    page, wrong = opened(browser, results / name, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
    found = Axe().run(page, options=rules).response
    told = [
        (each["id"], node["html"][:200], node["failureSummary"])
        for each in found["violations"]
        for node in each["nodes"]
    ]
    assert told == []
    assert len(found["passes"]) > 20
    assert wrong == []
    page.context.close()


def test_every_link_of_the_site_holds(results):
    assert broken(results / "site") == []


def test_who_wants_no_motion_gets_none(browser, results):
    page, _ = opened(browser, results / "tiny" / "report" / "index.html", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    page.context.close()


def test_the_slider_of_the_first_screen_turns_the_boundary(tiny, results):
    """Its readouts at both ends are those of the table, and a link of an answer leads to its panel."""
    table = read_table(results / "tiny" / "svm" / "7v9" / "path.csv")
    for row in (0, len(table["lambda"]) - 1):
        choose(tiny, pair="7v9", **{"lambda": str(row - 1)})
        told = readouts(tiny, "panel-front")
        assert told["tilt θ"] == f"{np.degrees(table['theta'][row]):.1f}°"
        assert told["test error"] == f"{100 * table['err_test'][row]:.2f} %"
        assert told["radius ε"] == f"{significant(table['epsilon'][row], 2)} pixels"
    links = tiny.locator("header .answer li a").all()
    assert len(links) == 2
    for link in links:
        assert tiny.locator(link.get_attribute("href")).count() == 1


def test_samples_of_a_legend_outlive_a_step(tiny):
    empty = """() => {
        const canvases = (root) => [...root.querySelectorAll("*")].flatMap((each) => [
            ...(each.matches("canvas.bk-glyph") ? [each] : []),
            ...(each.shadowRoot ? canvases(each.shadowRoot) : []),
        ]);
        return canvases(document.querySelector("#panel-front")).map((each) =>
            !each.getContext("2d").getImageData(0, 0, each.width, each.height).data.some((value) => value));
    }"""
    slider = tiny.locator("#panel-front input[type=range]")
    for key in ("Home", "ArrowRight", "ArrowRight"):
        slider.press(key)
        tiny.wait_for_timeout(500)
        assert tiny.evaluate(empty) == [False] * 7, key


def test_figures_fit_on_paper(tiny):
    width = "[...document.querySelectorAll('.plots')].map((each) => each.getBoundingClientRect().width)"
    before = tiny.evaluate(width)
    tiny.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert max(before) > 681 >= max(tiny.evaluate(width))
    tiny.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tiny.evaluate(width) == before
