# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Photos of label maps."""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from conftest import SOURCE, run

import dpsims


def test_makes_the_photo_of_dpsims_run(camvid, camvid_files, street, tmp_path):
    model, weights = camvid_files
    run("sample", "--model", model, "--weights", weights, "--labels", street, "--output", tmp_path / "tool.png",
        "--seed", 7)  # fmt: skip
    photo = camvid.sample(street, seed=7)
    assert photo.shape == (128, 128, 3) and photo.dtype == np.uint8
    dpsims.write_png(tmp_path / "python.png", photo)
    assert (tmp_path / "python.png").read_bytes() == (tmp_path / "tool.png").read_bytes()
    assert not np.array_equal(photo, camvid.sample(street, seed=8))


def test_takes_paths_and_arrays(camvid, street):
    labels = camvid.read_labels(street)
    assert labels.dtype == np.int32 and labels.shape == camvid.picture_size == (128, 128)
    photo = camvid.sample(str(street), seed=1)
    assert np.array_equal(photo, camvid.sample(labels, seed=1, name="street"))
    assert not np.array_equal(photo, camvid.sample(labels, seed=1))
    for same in (labels.astype(np.uint8), labels.astype(np.int64), np.asfortranarray(labels), labels.tolist()):
        assert np.array_equal(photo, camvid.sample(same, seed=1, name="street"))


def test_makes_several_photos(camvid, street):
    labels = camvid.read_labels(street)
    photos = camvid.sample(labels, seed=range(3))
    assert photos.shape == (3, 128, 128, 3)
    flipped = np.stack([labels, labels[:, ::-1]])
    both = camvid.sample(flipped, seed=[2, 5])
    assert np.array_equal(both[0], photos[2])
    assert np.array_equal(both[1], camvid.sample(flipped[1], seed=5))
    assert np.array_equal(camvid.sample(flipped, seed=5)[1], both[1])


def test_fits_maps_of_another_size(painter):
    labels = np.ones((4, 16), np.uint8)  # covers 4 x 6: columns 5 to 10 are left
    labels[0, 5] = 3
    photo = painter.sample(labels)
    assert photo.shape == (4, 6, 3)
    assert photo[0, 0, 0] == 120 and photo[0, 1, 0] == 40


def test_gives_no_class_to_minus_one(painter):
    labels = np.full((4, 6), 2)
    labels[1, 2] = -1
    red = painter.sample(labels)[:, :, 0]
    assert red[1, 2] == 255 and red[0, 0] == 80


@pytest.mark.parametrize(
    ("labels", "arguments", "message"),
    [
        (np.full((4, 6), 5), {}, "labels: 5 at pixel (0, 0) is none of the classes 0..4"),
        (np.full((4, 6), 2**40), {}, "beyond 32 bits"),
        (np.full((4, 6), -(2**33)), {}, "beyond 32 bits"),
        (np.ones((4, 6), np.float32), {}, "labels: float32, expected integers"),
        (np.ones(24, int), {}, "labels: shape (24,), expected (height, width)"),
        (np.ones((0, 6), int), {}, "labels: shape (0, 6)"),
        (np.ones((2, 4, 6, 1), int), {}, "labels: shape (2, 4, 6, 1)"),
        (np.ones((4, 6), int), {"seed": -1}, "seed: -1 is not a whole number"),
        (np.ones((4, 6), int), {"seed": 2**64}, "is not a whole number from 0 to 2^64 - 1"),
        (np.ones((4, 6), int), {"seed": [1.5]}, "seed: 1.5"),
        (np.ones((4, 6), int), {"seed": []}, "seed: none is given"),
        (np.ones((3, 4, 6), int), {"seed": [1, 2]}, "2 seeds for 3 label maps"),
        (np.ones((4, 6), int), {"number": 2**32}, "number: 4294967296"),
        (np.ones((4, 6), int), {"instances": np.ones((4, 6), int)}, "instances: the model takes none"),
        (np.ones((4, 6), int), {"instances": np.ones((4, 7), int)}, "instances"),
    ],
)
def test_refuses(painter, labels, arguments, message):
    with pytest.raises(dpsims.InvalidError) as caught:
        painter.sample(labels, **arguments)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_other_python_runs_meanwhile(camvid, street):
    labels = np.stack([camvid.read_labels(street)] * 30)
    thread = threading.Thread(target=camvid.sample, args=(labels,))
    ticks = 0
    thread.start()
    while thread.is_alive():
        time.sleep(0.005)
        ticks += 1
    assert ticks > 10


def test_is_shared_by_threads(camvid, street):
    expected = [camvid.sample(street, seed=seed) for seed in range(4)]
    photos = [None] * 4

    def sample(seed):
        photos[seed] = camvid.sample(street, seed=seed)

    threads = [threading.Thread(target=sample, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(*pair) for pair in zip(photos, expected))


def test_writes_png(painter, tmp_path):
    for wrong in (np.zeros((2, 2, 3)), np.zeros((2, 2, 4), np.uint8), np.zeros((2, 3), np.uint8)):
        with pytest.raises(dpsims.InvalidError, match="expected uint8"):
            dpsims.write_png(tmp_path / "a.png", wrong)
    with pytest.raises(dpsims.NotFoundError, match=r"none/a\.png"):
        dpsims.write_png(tmp_path / "none/a.png", np.zeros((2, 2, 3), np.uint8))


def test_example(camvid_files, street, tmp_path):
    output = subprocess.run(
        [sys.executable, SOURCE / "examples/python/sample.py", street, tmp_path / "out.png", *camvid_files],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert "road: " in output
    assert (tmp_path / "out.png").stat().st_size > 1000
