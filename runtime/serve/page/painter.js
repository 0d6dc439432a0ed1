// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Strokes of mouse, pen, finger and keys on the canvas become changes of the drawing. */
export class Painter {
  #pointer = null;
  #last = null;
  #place = null; // of the keys' brush, in pixels of the map

  #brush = null; // of the stroke

  /**
   * `tool()` gives {kind, size, id}; `objects` says which object is painted; `pick(id)` is told the class to paint with
   * from now on.
   */
  constructor(canvas, cursor, drawing, objects, tool, pick) {
    Object.assign(this, { canvas, cursor, drawing, objects, tool, pick });
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.#up(event));
    canvas.addEventListener("pointerleave", () => (cursor.hidden = true));
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => (cursor.hidden = true));
  }

  showCursor(point) {
    const scale = this.canvas.clientWidth / this.canvas.width;
    const { kind, size } = this.tool();
    const diameter = Math.max(6, (kind === "fill" ? 1 : size) * scale);
    Object.assign(this.cursor.style, {
      width: `${diameter}px`,
      height: `${diameter}px`,
      left: `${this.canvas.offsetLeft + point.x * scale}px`,
      top: `${this.canvas.offsetTop + point.y * scale}px`,
    });
    this.cursor.hidden = false;
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * this.canvas.width,
      y: ((event.clientY - box.top) / box.height) * this.canvas.height,
    };
  }

  #pixel({ x, y }) {
    const clamp = (value, end) => Math.min(end - 1, Math.max(0, Math.floor(value)));
    return [clamp(x, this.canvas.width), clamp(y, this.canvas.height)];
  }

  #down(event) {
    if (this.#pointer !== null || event.button > 2) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    const point = this.#point(event);
    if (event.button === 2) return this.pick(this.drawing.map.at(...this.#pixel(point)));
    if (this.tool().kind === "fill") return this.#fill(point);
    this.canvas.setPointerCapture(event.pointerId);
    this.#pointer = event.pointerId;
    this.drawing.begin();
    this.#brush = this.#brushAt(point);
    this.#stroke(point, point);
  }

  #move(event) {
    const events = event.getCoalescedEvents?.() ?? [];
    for (const part of events.length > 0 ? events : [event]) {
      const point = this.#point(part);
      if (this.#pointer === event.pointerId) this.#stroke(this.#last, point);
    }
    if (event.pointerType !== "touch") this.showCursor(this.#point(event));
  }

  #up(event) {
    if (this.#pointer !== event.pointerId) return;
    this.#pointer = null;
    this.drawing.end();
  }

  #stroke(from, to) {
    this.drawing.map.stroke(from, to, this.tool().size, this.#brush);
    this.#last = to;
    this.drawing.changed();
  }

  #fill(point) {
    this.drawing.edit((map) => map.fill(...this.#pixel(point), this.objects.another(this.tool().id)));
  }

  #brushAt(point) {
    return this.objects.brush(this.tool().id, this.drawing.map, this.#pixel(point));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    this.#place ??= { x: this.canvas.width / 2, y: this.canvas.height / 2 };
    const arrow = arrows[event.key];
    if (arrow) {
      const step = event.shiftKey ? 16 : 2;
      this.#place = {
        x: Math.min(this.canvas.width - 0.5, Math.max(0.5, this.#place.x + arrow[0] * step)),
        y: Math.min(this.canvas.height - 0.5, Math.max(0.5, this.#place.y + arrow[1] * step)),
      };
    } else if (event.key === " " || event.key === "Enter") {
      const { kind, size } = this.tool();
      if (kind === "fill") this.#fill(this.#place);
      else this.drawing.edit((map) => map.disk(this.#place.x, this.#place.y, size, this.#brushAt(this.#place)));
    } else {
      return;
    }
    event.preventDefault();
    this.showCursor(this.#place);
  }
}
