"""Measure a report in headless Chromium: python tests/measure_page.py results/mnist/report/index.html"""

import sys
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from chromium import ALL_READY, FLAGS, find_chromium

STEPS = 30
STEP = """async ([name, index]) => {
    const begin = performance.now();
    await set(name, index);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - begin;
}"""

FIRST_STEP = f"""new MutationObserver(async (_, observer) => {{
    const panel = document.querySelector(".panel[data-ready]");
    if (!panel) return;
    observer.disconnect();
    await ({STEP})([panel.querySelector("[data-control]").dataset.control, 0]);
    window.usable = performance.now();
}}).observe(document, {{ subtree: true, attributeFilter: ["data-ready"] }})"""


def step_times(page: Page, name: str) -> list[float]:
    """Milliseconds from a step of a control to the next painted frame, at its first panel."""
    page.locator(f"[data-control='{name}']").first.scroll_into_view_if_needed()
    page.evaluate(
        "name => document.querySelector(`[data-control='${name}']`).closest('.panel').scrollIntoView()", name
    )
    page.wait_for_timeout(800)
    return steps(page, name)


def steps(page: Page, name: str) -> list[float]:
    count = page.evaluate("name => controls[name].tokens.length", name)
    return [page.evaluate(STEP, [name, k % count]) for k in range(STEPS)] if count > 1 else []


def renderer_memory() -> float:
    """Proportional set size of the largest renderer in MB: pages shared with others count in part."""
    sizes = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"--type=renderer" in (process / "cmdline").read_bytes():
                line = next(
                    line
                    for line in (process / "smaps_rollup").read_text().splitlines()
                    if line.startswith("Pss:")
                )
                sizes.append(int(line.split()[1]) / 1024)
        except OSError:
            continue
    return max(sizes)


def main(file: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(FIRST_STEP)
        page.goto(Path(file).resolve().as_uri(), wait_until="commit")
        page.wait_for_selector(".panel[data-ready]", timeout=120_000)
        name = page.locator("[data-control][type=range]").first.get_attribute("data-control")
        early = steps(page, name)
        page.wait_for_function(ALL_READY, timeout=120_000)
        usable, everything = page.evaluate("[usable, performance.now()]")
        print(f"{file}: {Path(file).stat().st_size / 1e6:.1f} MB")
        print(
            f"first panel, after a step of its slider: {usable / 1000:.2f} s; all: {everything / 1000:.2f} s"
        )
        print(f"its slider while the others load: median {median(early):.0f} ms, largest {max(early):.0f} ms")
        print(f"memory, opened: {renderer_memory():.0f} MB")
        for name, slider in page.evaluate(
            "Object.values(controls).map(({ name, slider }) => [name, slider])"
        ):
            if times := step_times(page, name):
                kind = "slider" if slider else "choice"
                print(f"{kind} {name}: median {median(times):.0f} ms, largest {max(times):.0f} ms")
        print(f"memory, every control moved {STEPS} times: {renderer_memory():.0f} MB")
        page.wait_for_timeout(20_000)
        print(f"the same 20 s later: {renderer_memory():.0f} MB")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
