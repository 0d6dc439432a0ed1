#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Walks the HTTP interface of `dpsims-run paint`, with friendly and hostile clients.

    http_test.py DPSIMS-RUN MAKE-MODEL LABELS.png OPENAPI.json [REQUESTS]

MAKE-MODEL makes a model of 6 x 4 pixels that takes no weights; REQUESTS (1000) hostile ones are made.
"""

import json
import pathlib
import random
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

from server import ADDRESS, Server, error_code

RUNS = json.dumps({"width": 6, "height": 4, "runs": [3, 20, 1, 4]})
HEAD = (
    f"POST /v1/sample HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(RUNS)}\r\n"
)
LIMIT = 4 << 20


def size_of_png(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:20]
    return struct.unpack(">II", data[16:24])


def test_pages(server, openapi):
    for path, kind in [("/", "text/html"), ("/main.js", "text/javascript"), ("/paint.css", "text/css")]:
        status, headers, body = server.ask("GET", path)
        assert status == 200 and headers["Content-Type"].startswith(kind) and body, (path, status)
        assert "default-src 'none'" in headers["Content-Security-Policy"]
    status, _, body = server.ask("GET", "/openapi.json")
    assert status == 200 and body == openapi.read_bytes()
    status, headers, body = server.ask("HEAD", "/")
    assert status == 200 and body == b"" and int(headers["Content-Length"]) > 0
    assert error_code(server.ask("GET", "/../etc/passwd")) == "not_found"
    assert error_code(server.ask("GET", "/%2e%2e/etc/passwd")) == "not_found"


# Every path and method of the description is there, and answers with a status that it lists.
def test_description(server, openapi):
    paths = json.loads(openapi.read_text())["paths"]
    assert len(paths) >= 6
    for path, methods in paths.items():
        for method, operation in methods.items():
            body = RUNS if method == "post" else None
            status, headers, _ = server.ask(method.upper(), path, body, {"Content-Type": "application/json"})
            assert status == 200, (path, status)
            assert headers.get_content_type() in operation["responses"]["200"]["content"], (path, headers)
        other = "DELETE" if "post" in methods else "POST"
        answer = server.ask(other, path)
        assert error_code(answer) == "method_not_allowed" and answer[1]["Allow"] in ("GET", "POST")


def test_pictures(server, run, folder, labels):
    status, headers, body = server.sample(RUNS, "?seed=1")
    assert status == 200 and headers["Content-Type"] == "image/png" and size_of_png(body) == (6, 4)
    assert server.sample(RUNS, "?seed=1")[2] == body
    assert server.sample(RUNS, "?seed=1&format=jpeg")[2][:2] == b"\xff\xd8"
    # The picture of a file is that of `sample`.
    command = [run, "sample", "--model", folder / "m.dpsims", "--weights", folder / "w.safetensors", "--labels", labels]
    subprocess.run([*command, "--output", folder / "a.png", "--seed", "7"], check=True)
    png = labels.read_bytes()
    answer = server.ask("POST", f"/v1/sample?seed=7&name={labels.stem}", png, {"Content-Type": "image/png"})
    assert answer[0] == 200 and answer[2] == (folder / "a.png").read_bytes()
    # What the server makes of a map is a file that `sample` reads.
    saved = server.ask("POST", "/v1/labels?format=png", png, {"Content-Type": "image/png"})[2]
    (folder / "saved" / labels.name).write_bytes(saved)
    subprocess.run(
        [*command[:-1], folder / "saved" / labels.name, "--output", folder / "b.png", "--seed", "7"], check=True
    )
    assert (folder / "b.png").read_bytes() == answer[2]


def test_errors(server):
    post = {"Content-Type": "application/json"}
    assert error_code(server.sample("{}")) == "invalid_data"
    assert error_code(server.sample(RUNS.replace("[3,", "[33,"))) == "invalid_data"
    assert error_code(server.sample(RUNS, "?seed=-1")) == "invalid_argument"
    assert error_code(server.sample(RUNS, "?seed=1&seed=2")) == "invalid_argument"
    assert error_code(server.sample(RUNS, "?seed=%00")) == "invalid_argument"
    assert error_code(server.ask("POST", "/v1/sample", RUNS, {"Content-Type": "text/html"})) == "unsupported_type"
    assert error_code(server.ask("POST", "/v1/sample", b"x" * (LIMIT + 1), post)) == "too_large"
    assert error_code(server.ask("GET", "/healthz", headers={"Host": "evil.example"})) == "forbidden"
    assert error_code(server.ask("GET", "/healthz", headers={"Origin": "http://evil.example"})) == "forbidden"
    # A small file that would be a huge picture.
    head = struct.pack(">IIBBBBB", 16000, 16000, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000000))), (b"IEND", b"")]
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    assert error_code(server.ask("POST", "/v1/sample", bomb, {"Content-Type": "image/png"})) == "invalid_data"
    # Chunks of no declared length.
    connection = server.connect()
    connection.request("POST", "/v1/sample", iter([RUNS.encode()]), post, encode_chunked=True)
    assert connection.getresponse().status == 200


# 8 clients that ask at once, each on a connection of its own, get the pictures that each of them asked for.
def test_many_clients(server):
    failures = []

    def ask(client):
        connection = server.connect()
        for i in range(125):
            runs = json.dumps({"width": 6, "height": 4, "runs": [(client + i) % 5, 24]})
            status, _, body = server.sample(runs, f"?seed={client}&client={client}", connection)
            if status != 200 or body != expected[client, (client + i) % 5]:
                failures.append((client, i, status, body[:100]))

    expected = {
        (client, i): server.sample(json.dumps({"width": 6, "height": 4, "runs": [i, 24]}), f"?seed={client}")[2]
        for client in range(8)
        for i in range(5)
    }
    threads = [threading.Thread(target=ask, args=(client,)) for client in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[:3]


def raw(server, data, pause=0.0):
    """Sends bytes as they are, and hangs up; returns what came back."""
    with socket.create_connection((ADDRESS, server.port), timeout=5) as connection:
        try:
            connection.sendall(data)
            if pause == 0:
                return b""
            connection.settimeout(pause)
            return connection.recv(65536)
        except OSError:
            return b""


# Anything that breaks the rules, a thousand times: the server goes on, and holds no more memory afterwards.
def test_hostile(server, labels, requests):
    chance = random.Random(1)
    png = labels.read_bytes()

    def damaged(data):
        data = bytearray(data)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        return bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])

    def hostile():
        kind = chance.randrange(8)
        if kind == 0:
            return server.ask("POST", "/v1/sample", damaged(png), {"Content-Type": "image/png"})
        if kind == 1:
            return server.sample(damaged(RUNS.encode()))
        if kind == 2:
            return server.sample(RUNS, "?" + "".join(chance.choice("seed2=&%01format") for _ in range(12)))
        if kind == 3:  # a body that does not come
            return raw(server, b"POST /v1/sample HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{}")
        if kind == 4:  # no HTTP
            return raw(server, bytes(chance.randrange(256) for _ in range(200)), pause=0.02)
        if kind == 5:  # a client that goes away
            return raw(server, (HEAD + "\r\n" + RUNS).encode())
        if kind == 6:
            return raw(server, b"GET /healthz HTTP/1.1\r\n" + b"A: " + b"a" * 40000 + b"\r\n\r\n", pause=0.02)
        return server.ask(chance.choice(["PUT", "GET", "DELETE", "OPTIONS"]), "/v1/" + chance.choice(["x", "sample"]))

    def ask(count):
        for _ in range(count):
            answer = hostile()
            if isinstance(answer, tuple) and answer[0] != 200:
                error_code(answer)

    ask(requests // 2)
    before = server.memory()
    ask(requests - requests // 2)
    after = server.memory()
    print(f"{requests} hostile requests; memory {before >> 10} KiB after half of them, {after >> 10} KiB at the end")
    assert after < before + (8 << 20), (before, after)
    assert server.sample(RUNS)[0] == 200


# A client that sends a byte now and then is let go, and meanwhile harms nobody.
def test_slow(server):
    start = time.monotonic()
    with socket.create_connection((ADDRESS, server.port), timeout=60) as slow:
        slow.settimeout(0.05)
        sent, closed = 0, False
        while not closed and time.monotonic() - start < 60:
            try:
                slow.sendall(b"GET / HTTP/1.1\r\n" if sent == 0 else b"A: b\r\n" if sent % 2 else b"B: c\r\n")
                sent += 1
                closed = slow.recv(1024) == b""
            except TimeoutError:
                pass
            except OSError:
                closed = True
            if sent % 20 == 0:
                assert server.sample(RUNS)[0] == 200
            time.sleep(0.1)
    assert closed and 15 < time.monotonic() - start < 40, (closed, time.monotonic() - start)


# What waits is bounded: of many clients at once most are told to come again, and none is forgotten.
def test_bounded(run, model, weights):
    with Server(run, model, weights, "--queue", "1", "--rate", "0") as server:
        sockets = [socket.create_connection((ADDRESS, server.port), timeout=30) for _ in range(60)]
        for connection in sockets:
            connection.sendall((HEAD + "Connection: close\r\n\r\n" + RUNS).encode())
        statuses = [int(connection.makefile("rb").readline().split()[1]) for connection in sockets]
        for connection in sockets:
            connection.close()
        assert set(statuses) <= {200, 503} and statuses.count(200) >= 1, statuses
        assert server.ask("GET", "/healthz")[0] == 200
    with Server(run, model, weights, "--rate", "3") as server:
        answers = [server.sample(RUNS) for _ in range(20)]
        refused = [answer for answer in answers if answer[0] != 200]
        assert refused and all(error_code(answer) == "too_many_requests" for answer in refused)
        assert refused[0][1]["Retry-After"] == "1"


def bad(run, pattern, *flags):
    done = subprocess.run([run, "paint", *flags], capture_output=True, text=True, timeout=60)
    lines = done.stderr.splitlines()
    assert done.returncode == 1 and lines[-1].startswith("dpsims-run: error: ") and pattern in lines[-1], done
    assert not done.stdout, done


def test_flags(run, model, weights):
    usual = ["--model", model, "--weights", weights]
    with Server(run, model, weights, "--expose", "0.0.0.0") as server:
        assert server.ask("GET", "/healthz", headers={"Host": "street.example"})[0] == 200
    with Server(run, model, weights) as server:
        bad(run, "another program listens there", *usual, "--port", str(server.port))
    bad(run, "--port", *usual, "--port", "65536")
    bad(run, "no address of this machine", *usual, "--expose", "192.0.2.1", "--port", "0")
    bad(run, "is not an address", *usual, "--expose", "street", "--port", "0")
    bad(run, "--queue", *usual, "--queue", "0")
    bad(run, "missing.dpsims", "--model", "missing.dpsims", "--weights", weights)
    bad(run, "--weights is required", "--model", model)


def main():
    run, make, labels, openapi = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
    requests = int(sys.argv[5]) if len(sys.argv) > 5 else 1000
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "saved").mkdir()
        model, weights = folder / "m.dpsims", folder / "w.safetensors"
        subprocess.run([make, "painter", model], check=True)
        weights.write_bytes(struct.pack("<Q", 2) + b"{}")
        with Server(run, model, weights, "--rate", "0") as server:
            test_pages(server, openapi)
            test_description(server, openapi)
            test_pictures(server, run, folder, labels)
            test_errors(server)
            test_many_clients(server)
            test_hostile(server, labels, requests)
            test_slow(server)
        test_bounded(run, model, weights)
        test_flags(run, model, weights)
    print("ok")


if __name__ == "__main__":
    main()
