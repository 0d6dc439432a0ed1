# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Chromium without a screen, driven over WebDriver's HTTP interface; needs Debian's chromium and chromium-driver."""

import base64
import http.client
import json
import shutil
import subprocess
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the standard's key of an element
KEYS = {"Control": "\ue009", "ArrowRight": "\ue014", "Space": " "}


def is_installed():
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


class Driver:
    """chromedriver on a port that is free."""

    def __enter__(self):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        for line in self.process.stdout:
            if "started successfully on port" in line:
                self.port = int(line.rsplit(" ", 1)[1].strip().rstrip("."))
                return self
        raise SystemExit("chromedriver does not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def send(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, json.dumps(body) if body is not None else None)
        value = json.loads(connection.getresponse().read())["value"]
        connection.close()
        if isinstance(value, dict) and "error" in value:
            raise AssertionError(f"{path}: {value['error']}: {value['message']}")
        return value

    def open(self, url, width=1440, height=900, dark=False, scale=1):
        return Page(self, url, width, height, dark, scale)


class Page:
    """One browser, with a profile of its own, at a page."""

    def __init__(self, driver, url, width, height, dark, scale):
        self.driver = driver
        self.downloads = tempfile.mkdtemp(prefix="dpsims-downloads-")
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        several = "profile.default_content_setting_values.automatic_downloads"
        options = {"args": flags, "prefs": {"download.default_directory": self.downloads, several: 1}}
        capabilities = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = driver.send("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.path = f"/session/{session['sessionId']}"
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 700}
        self.command("Emulation.setDeviceMetricsOverride", **size)
        self.send("POST", "/url", {"url": url})
        self.wait_for_photo()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.send("DELETE", "")
        shutil.rmtree(self.downloads, ignore_errors=True)

    def send(self, method, path, body=None):
        return self.driver.send(method, self.path + path, body)

    def command(self, name, **parameters):
        return self.send("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def run(self, script, *arguments):
        return self.send("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait_for(self, script, what, seconds=30):
        end = time.monotonic() + seconds
        while not (value := self.run(f"return {script}")):
            if time.monotonic() > end:
                raise AssertionError(f"no {what} within {seconds} seconds; the page says {self.status()!r}")
            time.sleep(0.02)
        return value

    def wait_for_photo(self):
        """Until the photo is that of the newest map."""
        self.wait_for("document.getElementById('photo-sheet').ariaBusy === 'false'", "photo")

    def status(self):
        return self.run("return document.getElementById('status').textContent")

    def pixels(self, canvas):
        """RGBA of a canvas."""
        text = self.run(
            "const c = document.getElementById(arguments[0]);"
            "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height); let text = '';"
            "for (const byte of d.data) text += String.fromCharCode(byte); return btoa(text)",
            canvas,
        )
        return base64.b64decode(text)

    def click(self, element):
        self.run("document.getElementById(arguments[0]).click()", element)

    def choose(self, name, value):
        self.run("document.querySelector(`input[name=${arguments[0]}][value='${arguments[1]}']`).click()", name, value)

    def set(self, element, value):
        self.run(
            "const e = document.getElementById(arguments[0]);"
            "e.value = arguments[1]; e.dispatchEvent(new Event('input'))",
            element,
            value,
        )

    def stroke(self, points, kind="mouse", seconds=0.1):
        """Draws on the map with a pointer; points in parts of its width and height."""
        box = self.run(
            "const b = document.getElementById('map').getBoundingClientRect(); return [b.x, b.y, b.width, b.height]"
        )
        places = [(round(box[0] + x * box[2]), round(box[1] + y * box[3])) for x, y in points]
        step = round(1000 * seconds / len(places))
        moves = [
            {"type": "pointerMove", "duration": 0 if i == 0 else step, "x": x, "y": y}
            for i, (x, y) in enumerate(places)
        ]
        actions = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        source = {"type": "pointer", "id": kind, "parameters": {"pointerType": kind}, "actions": actions}
        self.send("POST", "/actions", {"actions": [source]})

    def keys(self, *keys):
        """Presses keys one after the other; "Control+z" are two at once."""
        actions = []
        for key in keys:
            parts = [KEYS.get(part, part) for part in key.split("+")]
            actions += [{"type": "keyDown", "value": part} for part in parts]
            actions += [{"type": "keyUp", "value": part} for part in reversed(parts)]
        self.send("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def choose_file(self, path):
        element = self.send("POST", "/element", {"using": "css selector", "value": "#file"})[ELEMENT]
        self.send("POST", f"/element/{element}/value", {"text": str(path)})

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self.send("GET", "/screenshot")))

    def errors(self):
        """What the browser logged as an error."""
        return [
            entry["message"]
            for entry in self.send("POST", "/se/log", {"type": "browser"})
            if entry["level"] == "SEVERE"
        ]
