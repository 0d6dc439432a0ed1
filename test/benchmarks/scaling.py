# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks what dpsims-compile --network predicts: measures a link between two ranks, predicts an iteration, measures it.

python3 test/benchmarks/scaling.py --tools build/release/bin --config models/configs/tiny.json --batch 4
python3 test/benchmarks/scaling.py --tools build/release/bin --launcher "test/benchmarks/two-hosts.sh 1gbit"
"""

import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

SIZES = [1, 256, 4096, 65536, 262144, 1048576]  # values of an all-reduce, 4 bytes each

ALL_REDUCE = """dpsims.graph @meeting attributes {{ranks = 2 : i64}} {{
  %x = input "x" <batched = true, shape = [1, {n}]> : () -> tensor<1x{n}xf32>
  %y = all_reduce %x <kind = "sum"> : (tensor<1x{n}xf32>) -> tensor<1x{n}xf32>
  output "y" %y : tensor<1x{n}xf32>
}}
"""


class Bench:
    def __init__(self, arguments, folder):
        self.tools = pathlib.Path(arguments.tools).resolve()
        self.launcher = shlex.split(arguments.launcher)
        self.folder = pathlib.Path(folder)

    def compile(self, source, *flags):
        """The model's file, in the folder."""
        model = self.folder / "model.dpsims"
        subprocess.run([self.tools / "dpsims-compile", source, *flags, "-o", model], check=True)
        return model

    def time(self, model, ranks, runs):
        """What dpsims-run bench says of a model on so many ranks, each with one thread."""
        result = self.folder / f"bench-{ranks}.json"
        command = [self.tools / "dpsims-run", "bench", "--model", model, "--runs", str(runs)]
        command += ["--threads", "1", "--json", result]
        environment = {
            **os.environ,
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        }
        launcher = self.launcher if ranks > 1 else []
        subprocess.run([*launcher, *command], check=True, stdout=subprocess.DEVNULL, env=environment)
        return json.loads(result.read_text())

    def message_seconds(self, values):
        """Of an all-reduce: the best of many."""
        text = self.folder / "all-reduce.mlir"
        text.write_text(ALL_REDUCE.format(n=values))
        bench = self.time(self.compile(text), 2, 50)
        (step,) = [step for step in bench["steps"] if "message_bytes" in step]
        return step["seconds"]


def fit(seconds):
    """Latency of a message and bytes a second, so that the relative errors' squares are least: a ring of two takes 2
    messages, and sends each byte once each way."""
    rows = [(2 / measured, 4 * values / measured) for values, measured in seconds.items()]
    aa, ab, bb = (sum(x[i] * x[j] for x in rows) for i, j in ((0, 0), (0, 1), (1, 1)))
    a, b = (sum(x[i] for x in rows) for i in (0, 1))
    determinant = aa * bb - ab * ab
    latency, inverse = (a * bb - b * ab) / determinant, (b * aa - a * ab) / determinant
    return max(latency, 0), 1 / max(inverse, 1e-15)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", required=True, help="where dpsims-compile and dpsims-run are")
    parser.add_argument("--config", default="models/configs/tiny.json", help="configuration to train")
    parser.add_argument("--batch", type=int, default=4, help="images of an iteration on both ranks")
    parser.add_argument("--runs", type=int, default=10, help="iterations to time")
    parser.add_argument("--launcher", default="mpirun -n 2", help="what starts a command on two ranks")
    arguments = parser.parse_args()
    if arguments.batch < 2 or arguments.batch % 2:
        sys.exit(f"scaling.py: --batch {arguments.batch}: two ranks share it: an even number")
    return arguments


def main():
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, folder)
        seconds = {values: bench.message_seconds(values) for values in SIZES}
        latency, bandwidth = fit(seconds)
        print(f"link: latency {latency * 1e6:.1f} us, bandwidth {bandwidth * 1e-6:.1f} MB/s")
        for values, measured in seconds.items():
            predicted = 2 * latency + 4 * values / bandwidth
            print(f"  {4 * values:8} B: measured {measured * 1e6:9.1f} us, predicted {predicted * 1e6:9.1f} us")

        program = [arguments.config, "--program", "train"]
        alone = bench.time(bench.compile(*program, "--batch", str(arguments.batch // 2)), 1, arguments.runs)
        link = {"latency": latency, "bandwidth": bandwidth}
        network = bench.folder / "network.json"
        network.write_text(json.dumps({"devices_per_node": 2, "inside": link, "between": link}))
        report = bench.folder / "report.json"
        flags = ["--batch", str(arguments.batch), "--ranks", "2", "--bucket", "25M", f"--report={report}"]
        flags += ["--peaks", bench.folder / "bench-1.json", "--network", network]
        model = bench.compile(*program, *flags)
        both = bench.time(model, 2, arguments.runs)

        (row,) = [
            row for row in json.loads(report.read_text())["programs"][0]["scaling"]["devices"] if row["devices"] == 2
        ]
        ranks = both["ranks"]
        compute = sum(ranks["compute_seconds"]) / 2
        waiting = sum(ranks["waiting_seconds"]) / 2
        print(f"{arguments.config}, batch {arguments.batch}, {ranks['all_reduces']} all-reduces, ms:")
        print("                  predicted  measured")
        for name, predicted, measured in [
            ("one rank alone", None, alone["min_seconds"]),
            ("compute", row["compute_seconds"], compute),
            ("transfer", row["communication_seconds"], ranks["transfer_seconds"]),
            ("waiting", 0, waiting),
            ("iteration", row["in_order_seconds"], both["min_seconds"]),
        ]:
            told = "" if predicted is None else f"{predicted * 1e3:.1f}"
            print(f"  {name:15} {told:>9} {measured * 1e3:9.1f}")


if __name__ == "__main__":
    main()
