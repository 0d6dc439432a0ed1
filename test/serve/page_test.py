#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Paints in Chromium on the page of `dpsims-run paint`.

    page_test.py DPSIMS-RUN DPSIMS-COMPILE CONFIG.json WEIGHTS [SCREENSHOTS]

Exit status 77 without Debian's packages chromium and chromium-driver. SCREENSHOTS: a folder for pictures of the page.
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from browser import Driver, is_installed
from server import Server

STROKE = [(0.40, 0.75), (0.45, 0.75), (0.50, 0.75), (0.55, 0.75), (0.60, 0.75)]


def differing(before, after, width):
    """The pixels that differ by more than a little, as (x, y)."""
    return [
        (i // 4 % width, i // 4 // width)
        for i in range(0, len(before), 4)
        if max(abs(before[i + c] - after[i + c]) for c in range(3)) > 24
    ]


def test_stroke_and_undo(page):
    width, height = page.run("const c = document.getElementById('map'); return [c.width, c.height]")
    map_before, photo_before = page.pixels("map"), page.pixels("photo")
    page.choose("class", 8)
    page.stroke(STROKE)
    page.wait_for_photo()
    map_after, photo_after = page.pixels("map"), page.pixels("photo")
    painted = set(differing(map_before, map_after, width))
    assert len(painted) > width * height // 200, f"the stroke changed {len(painted)} pixels"
    assert all(0.3 < x / width < 0.7 and 0.6 < y / height < 0.9 for x, y in painted), "the stroke is elsewhere"
    changed = differing(photo_before, photo_after, width)
    near = sum(0.3 < x / width < 0.7 and 0.6 < y / height < 0.9 for x, y in changed)
    assert near > len(painted) // 4, f"the photo changed in {near} pixels at a stroke of {len(painted)}"
    assert len(changed) - near < (width * height - len(painted)) // 20, (
        f"{len(changed) - near} pixels elsewhere changed"
    )
    page.keys("Control+z")
    page.wait_for_photo()
    assert page.pixels("map") == map_before and page.pixels("photo") == photo_before
    page.click("redo")
    page.wait_for_photo()
    assert page.pixels("map") == map_after and page.pixels("photo") == photo_after
    page.click("undo")
    page.wait_for_photo()


def test_tools(page):
    before = page.pixels("map")
    page.keys("f", "1")
    page.stroke([(0.5, 0.95)])
    assert page.pixels("map") != before, "fill does nothing"
    page.keys("Control+z", "e")
    page.stroke(STROKE, kind="touch")
    assert 0 in page.pixels("map")[3::4], "the eraser leaves no pixel without a label"
    page.keys("Control+z", "b")
    assert page.pixels("map") == before
    # Keys alone: the brush moves and paints.
    page.run("document.getElementById('map').focus()")
    page.keys("9", "ArrowRight", "ArrowRight", "Space")
    assert page.pixels("map") != before
    page.keys("Control+z")
    page.wait_for_photo()


def test_noise(page):
    first = page.pixels("photo")
    page.set("seed", 2)
    page.wait_for_photo()
    second = page.pixels("photo")
    assert second != first
    page.click("blend")
    page.set("seed2", 1)
    pictures = []
    for weight in (0, 50, 100):
        page.set("weight", weight)
        page.wait_for_photo()
        pictures.append(page.pixels("photo"))
    assert pictures[0] == second and pictures[2] == first and pictures[1] not in (first, second)
    page.click("blend")
    page.set("seed", 1)
    page.wait_for_photo()
    assert page.pixels("photo") == first


def wait_for_file(folder, name):
    path = pathlib.Path(folder) / name
    for _ in range(500):
        if path.exists() and path.stat().st_size > 0:
            return path
        time.sleep(0.02)
    raise AssertionError(f"no file {name} in {folder}")


def test_files(page, folder):
    page.stroke(STROKE)
    page.wait_for_photo()
    painted, photo = page.pixels("map"), page.pixels("photo")
    page.click("save-map")
    saved = wait_for_file(page.downloads, "labels.png")
    page.click("save-photo")
    assert wait_for_file(page.downloads, "photo.png").read_bytes()[:4] == b"\x89PNG"
    page.send("POST", "/refresh", {})
    page.wait_for_photo()
    assert page.pixels("map") != painted
    page.choose_file(saved)
    page.wait_for("document.getElementById('status').textContent.includes('Opened')", "opened map")
    page.wait_for_photo()
    assert page.pixels("map") == painted and page.pixels("photo") == photo
    page.choose_file(page.downloads + "/photo.png")
    page.wait_for("document.getElementById('stage').classList.contains('traced')", "photo to trace")
    page.click("untrace")
    text = folder / "text.png"
    text.write_text("no picture")
    page.choose_file(text)
    page.wait_for("document.getElementById('status').classList.contains('error')", "error")
    assert "text.png" in page.status()
    page.click("undo")
    page.wait_for_photo()


# Strokes of a thing that begin apart are two objects, one that begins within an object goes on with it; undo knows.
# `sample` makes the same photo of the two files that the page saves.
def test_objects(page, folder, server, command):
    page.run(
        "const real = fetch; window.fetch = (path, options) => {"
        "if (String(path).startsWith('v1/sample')) window.sent = options.body; return real(path, options); }"
    )

    def objects():
        page.wait_for_photo()
        return set(json.loads(page.run("return sent"))["instances"][::2])

    page.set("size", 6)
    names = page.run("return [...document.querySelectorAll('.class .name')].map(e => e.textContent)")
    assert (names[7], names[26], names[34]) == ("road", "car", "class 34"), names
    page.choose("class", 26)  # a thing
    page.stroke([(0.1, 0.1), (0.3, 0.1)])
    one = objects()
    page.stroke([(0.6, 0.1), (0.3, 0.1)])
    two = objects()
    assert len(two) == len(one) + 1, (one, two)
    photo, lines = page.pixels("photo"), page.pixels("map")
    page.stroke([(0.15, 0.1), (0.5, 0.1)])
    assert objects() == two, "a stroke within an object makes another one"
    assert page.pixels("photo") != photo, "the photo does not follow where an object ends"
    assert page.pixels("map") != lines, "the map does not show where an object ends"
    page.keys("Control+z")
    assert objects() == two and page.pixels("photo") == photo
    page.choose("class", 7)  # no thing
    page.stroke([(0.1, 0.9), (0.2, 0.9)])
    page.stroke([(0.8, 0.9), (0.9, 0.9)])
    assert objects() == two | {7}, "what is no thing has several objects"
    page.click("save-objects")
    page.click("save-map")
    instances, labels = (wait_for_file(page.downloads, f"{name}.png") for name in ("instances", "labels"))
    files = ["--labels", labels, "--instances", instances, "--output", folder / "sampled.png", "--seed", "1"]
    subprocess.run([*command, *files], check=True)
    status, _, body = server.sample(page.run("return sent"), "?seed=1&name=labels")
    assert status == 200 and body == (folder / "sampled.png").read_bytes()


# A model of Cityscapes's classes that takes instances; nobody trained its weights.
def test_instances(driver, run, compiler, config, folder):
    model, weights = folder / "instances.dpsims", folder / "instances.safetensors"
    settings = [
        f"--set={key}" for key in ("generator.instance_edges=true", "num_classes=35", "data.dataset=cityscapes")
    ]
    subprocess.run([compiler, config, "--program", "sample", *settings, "-o", model], check=True)
    subprocess.run([run, "init", "--model", model, "--seed", "1", "-o", weights], check=True)
    with Server(run, model, weights) as server, driver.open(f"http://127.0.0.1:{server.port}/") as page:
        test_reading(page)
        test_objects(page, folder, server, [run, "sample", "--model", model, "--weights", weights])
        assert not page.errors(), page.errors()


def test_two_clients(driver, url):
    with driver.open(url) as one, driver.open(url) as two:
        same = one.pixels("photo")
        assert two.pixels("photo") == same
        for _ in range(5):
            one.stroke(STROKE)
            two.keys("n")
        one.wait_for_photo()
        two.wait_for_photo()
        one.keys(*["Control+z"] * 5)
        two.set("seed", 1)
        one.wait_for_photo()
        two.wait_for_photo()
        assert one.pixels("photo") == same and two.pixels("photo") == same
        assert not one.errors() and not two.errors()


# A page outlives its server: it says that it is gone, and catches up with the next.
def test_restart(driver, command):
    with Server(*command) as first:
        port = first.port
        page = driver.open(f"http://127.0.0.1:{port}/")
    with page:
        page.stroke(STROKE)
        page.wait_for("document.getElementById('status').classList.contains('error')", "error")
        assert page.status() == "The server does not answer."
        before = page.pixels("photo")
        with Server(*command, port=port):
            page.wait_for_photo()
            assert page.status() == "" and page.pixels("photo") != before


# Every control has a name, and nothing hangs out of the page.
def test_reading(page):
    unnamed = page.run(
        "return [...document.querySelectorAll('input:not([hidden]), button')].filter(e => "
        "!(e.labels?.[0]?.textContent.trim() || e.ariaLabel || e.textContent.trim())).map(e => e.outerHTML)"
    )
    assert not unnamed, unnamed
    assert page.run("return document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the window"
    assert page.run("return document.getElementById('status').ariaLive") == "polite"


# A stroke of two seconds: how many photos come, and how old they are.
def measure(page):
    page.run(
        "window.shown = []; new MutationObserver(() => shown.push([performance.now(), "
        "parseInt(document.getElementById('latency').textContent)]))"
        ".observe(document.getElementById('latency'), {childList: true})"
    )
    points = [(0.5 + 0.4 * (i % 40 - 20) / 20, 0.3 + i / 400) for i in range(160)]
    page.stroke(points, seconds=3)
    page.wait_for_photo()
    shown = page.run("return shown")
    ages = sorted(age for _, age in shown)
    seconds = (shown[-1][0] - shown[0][0]) / 1000
    rate = (len(shown) - 1) / seconds
    print(f"{rate:.1f} photos a second; from stroke to photo {ages[len(ages) // 2]} ms in the median")
    assert len(shown) >= 5, shown
    page.keys("Control+z")
    page.wait_for_photo()


def take_screenshots(driver, url, folder):
    for name, width, height, dark, scale in [("desktop", 1360, 720, False, 1), ("phone", 390, 844, True, 1)]:
        with driver.open(url, width, height, dark, scale) as page:
            page.screenshot(folder / f"paint-{name}.png")


def main():
    if not is_installed():
        print("page_test.py: Debian's packages chromium and chromium-driver are not installed: the page is not tested")
        sys.exit(77)
    run, compiler, config, weights = sys.argv[1:5]
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        model = folder / f"{pathlib.Path(config).stem}.dpsims"
        subprocess.run([compiler, config, "--program", "sample", "-o", model], check=True)
        server = stack.enter_context(Server(run, model, weights))
        driver = stack.enter_context(Driver())
        url = f"http://127.0.0.1:{server.port}/"
        with driver.open(url) as page:
            test_reading(page)
            test_stroke_and_undo(page)
            test_tools(page)
            test_noise(page)
            measure(page)
            test_files(page, folder)
        with driver.open(url, 390, 844, dark=True) as phone:
            test_reading(phone)
            test_stroke_and_undo(phone)
        test_two_clients(driver, url)
        test_restart(driver, (run, model, weights))
        test_instances(driver, run, compiler, pathlib.Path(config).with_name("tiny.json"), folder)
        if len(sys.argv) > 5:
            take_screenshots(driver, url, pathlib.Path(sys.argv[5]))
    print("ok")


if __name__ == "__main__":
    main()
