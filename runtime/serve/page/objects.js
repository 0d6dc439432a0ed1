// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/**
 * Which object a brush paints, for models that take instances. Of a class whose objects are told apart, a thing, each
 * stroke is one; all pixels of another class are one, and so are those without a label.
 */
export class Objects {
  #things;
  #classes;
  #next;

  constructor(model) {
    this.#things = model.classes.map(({ thing }) => thing);
    this.#classes = model.classes.length;
    this.#next = this.#classes + 1;
  }

  isThing(id) {
    return this.#things[id] === true;
  }

  /** A brush that begins at (x, y): within an object of its class it goes on with that one. */
  brush(id, map, [x, y]) {
    return map.at(x, y) === id && map.objects !== null ? { id, object: map.objectAt(x, y) } : this.another(id);
  }

  /** A brush for a new object, or for all of the class. */
  another(id) {
    if (this.isThing(id)) return { id, object: this.#next++ };
    return { id, object: id < 0 ? this.#classes : id };
  }

  /** Gives a map without objects some: each connected part of a thing is one. */
  find(map) {
    map.objects = Int32Array.from(map.ids, (id) => (id < 0 ? this.#classes : id));
    for (let i = 0; i < map.ids.length; i++) {
      const id = map.ids[i];
      if (!this.isThing(id) || map.objects[i] !== id) continue;
      map.flood(i % map.width, Math.floor(i / map.width), this.another(id));
    }
    return map;
  }
}
