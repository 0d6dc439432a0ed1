// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

const mostSteps = 100;

/** The label map that is painted, with what can be undone. Says "change" at each change. */
export class Drawing extends EventTarget {
  #undone = [];
  #done = [];
  #before = null;

  constructor(map) {
    super();
    this.map = map;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Is a stroke being painted? */
  get inStroke() {
    return this.#before !== null;
  }

  /** What happens between the two is one step. */
  begin() {
    this.#before ??= this.map.clone();
  }

  end() {
    const before = this.#before;
    this.#before = null;
    if (before === null) return;
    if (!before.equals(this.map)) {
      this.#done.push(before);
      if (this.#done.length > mostSteps) this.#done.shift();
      this.#undone = [];
    }
    this.changed();
  }

  /** One step by itself. */
  edit(change) {
    this.begin();
    change(this.map);
    this.end();
  }

  replace(map) {
    this.edit((old) => old.set(map));
  }

  undo() {
    this.#move(this.#done, this.#undone);
  }

  redo() {
    this.#move(this.#undone, this.#done);
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  #move(from, to) {
    if (this.inStroke || from.length === 0) return;
    to.push(this.map);
    this.map = from.pop();
    this.changed();
  }
}
