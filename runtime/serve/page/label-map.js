// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/**
 * Classes of pixels, row by row; -1 is no label. Where the model takes instances, `objects` says which pixels belong
 * together: any numbers from 0 on. Brushes are {id, object}; without objects the second counts for nothing.
 */
export class LabelMap {
  constructor(width, height, ids = new Int16Array(width * height), objects = null) {
    this.width = width;
    this.height = height;
    this.ids = ids;
    this.objects = objects;
  }

  static fromRuns({ width, height, runs }) {
    const map = new LabelMap(width, height);
    for (let i = 0, at = 0; i < runs.length; at += runs[i + 1], i += 2) {
      map.ids.fill(runs[i], at, at + runs[i + 1]);
    }
    return map;
  }

  toRuns() {
    const map = { width: this.width, height: this.height, runs: runsOf(this.ids) };
    return this.objects === null ? map : { ...map, instances: runsOf(this.objects) };
  }

  clone() {
    return new LabelMap(this.width, this.height, this.ids.slice(), this.objects && this.objects.slice());
  }

  set(other) {
    this.ids.set(other.ids);
    this.objects?.set(other.objects);
  }

  equals(other) {
    const same = (a, b) => a.every((value, i) => value === b[i]);
    return same(this.ids, other.ids) && (this.objects === null || same(this.objects, other.objects));
  }

  at(x, y) {
    return this.ids[y * this.width + x];
  }

  objectAt(x, y) {
    return this.objects === null ? 0 : this.objects[y * this.width + x];
  }

  /** `brush` for the pixels from `start` up to and without `end`. */
  put(brush, start = 0, end = this.ids.length) {
    this.ids.fill(brush.id, start, end);
    this.objects?.fill(brush.object, start, end);
  }

  /** A disk around a point, in pixels; the pixel that holds the point at least. */
  disk(x, y, diameter, brush) {
    const radius = diameter / 2;
    const top = Math.max(0, Math.floor(y - radius));
    const bottom = Math.min(this.height - 1, Math.ceil(y + radius));
    for (let row = top; row <= bottom; row++) {
      const reach = radius * radius - (row + 0.5 - y) ** 2;
      if (reach < 0) continue;
      const half = Math.sqrt(reach);
      const left = Math.max(0, Math.ceil(x - half - 0.5));
      const right = Math.min(this.width, Math.floor(x + half - 0.5) + 1);
      if (left < right) this.put(brush, row * this.width + left, row * this.width + right);
    }
    const column = Math.floor(x);
    const row = Math.floor(y);
    const at = row * this.width + column;
    if (column >= 0 && column < this.width && row >= 0 && row < this.height) this.put(brush, at, at + 1);
  }

  /** Disks along a line. */
  stroke(from, to, diameter, brush) {
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / Math.max(0.5, diameter / 6)));
    for (let i = 0; i <= steps; i++) {
      this.disk(from.x + ((to.x - from.x) * i) / steps, from.y + ((to.y - from.y) * i) / steps, diameter, brush);
    }
  }

  /** The connected pixels of one class and object around (x, y); nothing where they have the class already. */
  fill(x, y, brush) {
    if (this.at(x, y) !== brush.id) this.flood(x, y, brush);
  }

  /** Those pixels, whatever their class; the brush must differ from them. */
  flood(x, y, brush) {
    const old = this.at(x, y);
    const object = this.objectAt(x, y);
    const isOld = (column, row) => this.at(column, row) === old && this.objectAt(column, row) === object;
    const todo = [[x, y]];
    while (todo.length > 0) {
      const [column, row] = todo.pop();
      if (!isOld(column, row)) continue;
      let left = column;
      let right = column;
      while (left > 0 && isOld(left - 1, row)) left--;
      while (right + 1 < this.width && isOld(right + 1, row)) right++;
      this.put(brush, row * this.width + left, row * this.width + right + 1);
      for (const next of [row - 1, row + 1]) {
        if (next < 0 || next >= this.height) continue;
        for (let i = left; i <= right; i++) {
          const isStart = i === left || !isOld(i - 1, next);
          if (isOld(i, next) && isStart) todo.push([i, next]);
        }
      }
    }
  }
}

/** Values and how often they come, in turns. */
function runsOf(values) {
  const runs = [];
  for (let i = 0, start = 0; i < values.length; i++) {
    if (values[i] !== values[i + 1]) {
      runs.push(values[i], i + 1 - start);
      start = i + 1;
    }
  }
  return runs;
}
