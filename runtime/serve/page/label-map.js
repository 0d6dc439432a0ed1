// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/** Classes of pixels, row by row; -1 is no label. */
export class LabelMap {
  constructor(width, height, ids = new Int16Array(width * height)) {
    this.width = width;
    this.height = height;
    this.ids = ids;
  }

  static fromRuns({ width, height, runs }) {
    const map = new LabelMap(width, height);
    for (let i = 0, at = 0; i < runs.length; at += runs[i + 1], i += 2) {
      map.ids.fill(runs[i], at, at + runs[i + 1]);
    }
    return map;
  }

  toRuns() {
    const runs = [];
    for (let i = 0, start = 0; i < this.ids.length; i++) {
      if (this.ids[i] !== this.ids[i + 1]) {
        runs.push(this.ids[i], i + 1 - start);
        start = i + 1;
      }
    }
    return { width: this.width, height: this.height, runs };
  }

  clone() {
    return new LabelMap(this.width, this.height, this.ids.slice());
  }

  equals(other) {
    return this.ids.every((id, i) => id === other.ids[i]);
  }

  at(x, y) {
    return this.ids[y * this.width + x];
  }

  /** A disk around a point, in pixels; the pixel that holds the point at least. */
  disk(x, y, diameter, id) {
    const radius = diameter / 2;
    const top = Math.max(0, Math.floor(y - radius));
    const bottom = Math.min(this.height - 1, Math.ceil(y + radius));
    for (let row = top; row <= bottom; row++) {
      const reach = radius * radius - (row + 0.5 - y) ** 2;
      if (reach < 0) continue;
      const half = Math.sqrt(reach);
      const left = Math.max(0, Math.ceil(x - half - 0.5));
      const right = Math.min(this.width, Math.floor(x + half - 0.5) + 1);
      if (left < right) this.ids.fill(id, row * this.width + left, row * this.width + right);
    }
    const column = Math.floor(x);
    const row = Math.floor(y);
    if (column >= 0 && column < this.width && row >= 0 && row < this.height) this.ids[row * this.width + column] = id;
  }

  /** Disks along a line. */
  stroke(from, to, diameter, id) {
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / Math.max(0.5, diameter / 6)));
    for (let i = 0; i <= steps; i++) {
      this.disk(from.x + ((to.x - from.x) * i) / steps, from.y + ((to.y - from.y) * i) / steps, diameter, id);
    }
  }

  /** The connected pixels of one class around (x, y). */
  fill(x, y, id) {
    const old = this.at(x, y);
    if (old === id) return;
    const todo = [[x, y]];
    while (todo.length > 0) {
      const [column, row] = todo.pop();
      const base = row * this.width;
      if (this.ids[base + column] !== old) continue;
      let left = column;
      let right = column;
      while (left > 0 && this.ids[base + left - 1] === old) left--;
      while (right + 1 < this.width && this.ids[base + right + 1] === old) right++;
      this.ids.fill(id, base + left, base + right + 1);
      for (const next of [row - 1, row + 1]) {
        if (next < 0 || next >= this.height) continue;
        for (let i = left; i <= right; i++) {
          const isStart = i === left || this.at(i - 1, next) !== old;
          if (this.at(i, next) === old && isStart) todo.push([i, next]);
        }
      }
    }
  }
}
