// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/** The class with the second most pixels: there is something to add to, and it is not all that there is. */
function secondOf(runs) {
  const counts = new Map();
  for (let i = 0; i < runs.length; i += 2) counts.set(runs[i], (counts.get(runs[i]) ?? 0) + runs[i + 1]);
  const ids = [...counts.keys()].filter((id) => id >= 0).sort((a, b) => counts.get(b) - counts.get(a));
  return ids[1] ?? ids[0] ?? 0;
}

/** The classes as a group of radio buttons that a search shortens. */
export class Palette {
  #inputs = [];

  constructor(model, elements) {
    this.model = model;
    this.elements = elements;
    model.classes.forEach((entry, i) => elements.list.append(this.#item(entry, i)));
    elements.filter.hidden = model.classes.length < 12;
    elements.filter.addEventListener("input", () => this.#filter());
    elements.filter.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#inputs.find((input) => !input.parentElement.hidden)?.click();
      if (event.key === "Escape") {
        elements.filter.value = "";
        this.#filter();
        elements.filter.blur();
      }
    });
    this.select(secondOf(model.example.runs));
  }

  get selected() {
    return this.#inputs.findIndex((input) => input.checked);
  }

  nameOf(id) {
    return id < 0 ? "no label" : this.model.classes[id].name;
  }

  select(id) {
    const input = this.#inputs[id];
    if (!input) return;
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.parentElement.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #item({ name, color }, i) {
    const item = document.createElement("label");
    item.className = "class";
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "class", value: String(i) });
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.background = color;
    const text = document.createElement("span");
    text.className = "name";
    text.textContent = /^\d+$/.test(name) ? `class ${name}` : name;
    text.title = text.textContent;
    item.append(input, swatch, text);
    if (i < 9) {
      const key = document.createElement("kbd");
      key.textContent = String(i + 1);
      key.setAttribute("aria-hidden", "true");
      item.append(key);
    }
    this.#inputs.push(input);
    return item;
  }

  #filter() {
    const wanted = this.elements.filter.value.trim().toLowerCase();
    let found = 0;
    for (const input of this.#inputs) {
      const item = input.parentElement;
      item.hidden = !item.querySelector(".name").textContent.toLowerCase().includes(wanted);
      found += item.hidden ? 0 : 1;
    }
    this.elements.none.hidden = found > 0;
  }
}
