// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/** What the server said was wrong. */
export class ServerError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ServerError(0, "unreachable", "The server does not answer.");
  }
  if (response.ok) return response;
  let error = { code: "unknown", message: `The server answered with status ${response.status}.` };
  try {
    error = (await response.json()).error;
  } catch {
    // no JSON: from something between the page and the server
  }
  throw new ServerError(response.status, error.code, error.message);
}

const postRuns = (map) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(map.toRuns()),
});

export const fetchModel = async () => (await ask("v1/model")).json();

/** The runs of a file with a label map. */
export async function readMap(file) {
  return (await ask("v1/labels", { method: "POST", headers: { "Content-Type": "image/png" }, body: file })).json();
}

/** Files that `dpsims-run sample` reads, as --labels and as --instances. */
export const mapFile = async (map) => (await ask("v1/labels?format=png", postRuns(map))).blob();
export const objectsFile = async (map) => (await ask("v1/labels?format=png&map=instances", postRuns(map))).blob();

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Asks for photos: one at a time, and always of the newest map. What changes while a photo is made waits, and only the
 * last of it is asked for.
 */
export class PhotoFeed {
  #client = crypto.getRandomValues(new Uint32Array(2)).join("-");
  #changedAt = null;
  #running = false;

  /**
   * `current()` gives {map, noise, draft}; `show({blob, draft, since})` and `fail(error)` are told what came of it;
   * `since` is when the first change that the photo shows was made. `settled()`: the photo is that of the newest map,
   * or cannot be had.
   */
  constructor(calls) {
    Object.assign(this, calls);
  }

  update() {
    this.#changedAt ??= performance.now();
    if (!this.#running) this.#run();
  }

  async #run() {
    this.#running = true;
    for (let failures = 0; this.#changedAt !== null; ) {
      const since = this.#changedAt;
      this.#changedAt = null;
      const { map, noise, draft } = this.current();
      const query = new URLSearchParams({ ...noise, client: this.#client, format: draft ? "jpeg" : "png" });
      try {
        const blob = await (await ask(`v1/sample?${query}`, postRuns(map))).blob();
        failures = 0;
        await this.show({ blob, draft, since });
      } catch (error) {
        this.fail(error);
        const passes = error.status === 0 || error.status === 429 || error.status === 503;
        if (passes) {
          this.#changedAt ??= since;
          await pause(Math.min(4000, 250 * 2 ** failures++));
        }
      }
    }
    this.#running = false;
    this.settled();
  }
}
