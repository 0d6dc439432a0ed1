// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

const white = new Uint32Array(new Uint8Array([255, 255, 255, 255]).buffer)[0];

/** Draws label maps in the classes' colors, white lines between objects of one; pixels without a label are clear. */
export class MapCanvas {
  #context;
  #image;
  #words;
  #colors;

  constructor(canvas, model) {
    canvas.width = model.width;
    canvas.height = model.height;
    this.#context = canvas.getContext("2d");
    this.#image = this.#context.createImageData(model.width, model.height);
    this.#words = new Uint32Array(this.#image.data.buffer);
    this.#colors = new Uint32Array(model.classes.map(({ color }) => wordOf(color)));
  }

  draw(map) {
    for (let i = 0; i < this.#words.length; i++) {
      const id = map.ids[i];
      this.#words[i] = id < 0 ? 0 : this.#colors[id];
    }
    if (map.objects !== null) this.#separate(map);
    this.#context.putImageData(this.#image, 0, 0);
  }

  #separate({ width, ids, objects }) {
    const differ = (i, j) => ids[i] === ids[j] && objects[i] !== objects[j];
    for (let i = 0; i < ids.length; i++) {
      const isLast = (i + 1) % width === 0;
      if ((!isLast && differ(i, i + 1)) || (i + width < ids.length && differ(i, i + width))) this.#words[i] = white;
    }
  }
}

// "#rrggbb" as the bytes r, g, b, 255 in memory.
function wordOf(color) {
  const bytes = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return new Uint32Array(new Uint8Array([...bytes, 255]).buffer)[0];
}

/** Draws a picture of any size: the middle of it that has the canvas's shape. */
export function drawCovering(canvas, picture) {
  const scale = Math.max(canvas.width / picture.width, canvas.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  canvas.getContext("2d").drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
}
