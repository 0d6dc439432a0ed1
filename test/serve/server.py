# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A running `dpsims-run paint`, for tests."""

import http.client
import json
import os
import re
import signal
import subprocess

ADDRESS = "127.0.0.1"


class Server:
    """A server, on a port that is free unless one is given; stops at the end of the `with`, and must end well."""

    def __init__(self, run, model, weights, *flags, port=0):
        command = [run, "paint", "--model", model, "--weights", weights, "--port", str(port), *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"Paint at http://[0-9.]+:(\d+)/", line)
        if not found:
            self.process.kill()
            raise SystemExit(f"no address in {line!r}")
        self.port = int(found.group(1))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.stop()
        if kind is None and self.process.returncode != 0:
            raise SystemExit(f"the server ended with status {self.process.returncode}")

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(30)

    def connect(self):
        return http.client.HTTPConnection(ADDRESS, self.port, timeout=30)

    def ask(self, method, path, body=None, headers=None, connection=None):
        """Status, headers and body of an answer; on a connection of its own if none is given."""
        own = connection or self.connect()
        own.request(method, path, body, headers or {})
        answer = own.getresponse()
        data = answer.read()
        if not connection:
            own.close()
        return answer.status, answer.headers, data

    def sample(self, runs, query="", connection=None):
        return self.ask("POST", "/v1/sample" + query, runs, {"Content-Type": "application/json"}, connection)

    def metric(self, name):
        text = self.ask("GET", "/metrics")[2].decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))

    def memory(self):
        """Bytes that the process holds."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def error_code(answer):
    """The code of an answer that must be an error in JSON."""
    status, headers, body = answer
    assert status >= 400, (status, body[:200])
    assert headers["Content-Type"] == "application/json", (status, headers["Content-Type"])
    error = json.loads(body)["error"]
    assert error["message"] and "\n" not in error["message"], error
    return error["code"]
