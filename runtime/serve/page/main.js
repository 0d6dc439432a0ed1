// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Puts the parts of the page together.

import { fetchModel, mapFile, objectsFile, PhotoFeed } from "./api.js";
import { drawCovering, MapCanvas } from "./canvas.js";
import { Drawing } from "./drawing.js";
import { FileOpener, save } from "./files.js";
import { LabelMap } from "./label-map.js";
import { Objects } from "./objects.js";
import { Painter } from "./painter.js";
import { Palette } from "./palette.js";

const $ = (id) => document.getElementById(id);
const chosen = (name) => document.querySelector(`input[name=${name}]:checked`)?.value;
const choose = (name, value) => document.querySelector(`input[name=${name}][value=${value}]`).click();

function say(text, isError = false) {
  $("status").textContent = text;
  $("status").classList.toggle("error", isError);
}

/** How long photos take, and how many come. */
class Meter {
  #times = [];

  add(since) {
    const now = performance.now();
    this.#times = [...this.#times.filter((time) => now - time < 1000), now];
    $("latency").textContent = `${Math.round(now - since)} ms`;
    if (this.#times.length > 1) $("rate").textContent = String(this.#times.length);
  }
}

function setUpNoise(changed) {
  const another = () => Math.floor(Math.random() * 1000);
  const set = (id, value) => {
    $(id).value = value;
    $(id).dispatchEvent(new Event("input"));
  };
  $("seed").addEventListener("input", () => ($("seed-slider").value = $("seed").value));
  $("seed-slider").addEventListener("input", () => set("seed", $("seed-slider").value));
  $("another").addEventListener("click", () => set("seed", another()));
  $("another2").addEventListener("click", () => set("seed2", another()));
  $("blend").addEventListener("change", () => {
    $("blend-panel").hidden = !$("blend").checked;
    changed();
  });
  for (const id of ["seed", "seed2", "weight"]) $(id).addEventListener("input", changed);
}

function currentNoise() {
  const whole = (id) => ($(id).validity.valid && $(id).value !== "" ? $(id).value : "0");
  if (!$("blend").checked) return { seed: whole("seed") };
  return { seed: whole("seed"), seed2: whole("seed2"), weight: Number($("weight").value) / 100 };
}

function setUpLook() {
  const show = () => {
    $("opacity-value").textContent = `${$("opacity").value}%`;
    $("stage").style.setProperty("--label-opacity", Number($("opacity").value) / 100);
  };
  $("opacity").addEventListener("input", show);
  show();
  for (const input of document.querySelectorAll("input[name=view]")) {
    input.addEventListener("change", () => ($("stage").dataset.view = chosen("view")));
  }
}

function setUpKeys(palette) {
  const click = (id) => () => $(id).click();
  const resize = (factor) => () => {
    const size = Number($("size").value);
    $("size").value = factor > 1 ? Math.max(size + 1, size * factor) : Math.min(size - 1, size * factor);
    $("size").dispatchEvent(new Event("input"));
  };
  const keys = {
    b: () => choose("tool", "brush"),
    f: () => choose("tool", "fill"),
    e: () => !$("eraser").hidden && choose("tool", "eraser"),
    "[": resize(0.8),
    "]": resize(1.25),
    n: click("another"),
    v: () => choose("view", chosen("view") === "side" ? "overlay" : "side"),
    o: click("open"),
    s: click("save-map"),
    p: click("save-photo"),
    "/": () => $("filter").focus(),
    "?": click("help"),
  };
  addEventListener("keydown", (event) => {
    const { target } = event;
    const types = target instanceof HTMLInputElement && ["text", "search", "number"].includes(target.type);
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (types || event.altKey || $("keys").open) return;
    if (control && (key === "z" || key === "y")) {
      $(key === "y" || event.shiftKey ? "redo" : "undo").click();
    } else if (!control && /^[1-9]$/.test(key)) {
      palette.select(Number(key) - 1);
    } else if (!control && keys[key]) {
      keys[key]();
    } else {
      return;
    }
    event.preventDefault();
  });
  $("help").addEventListener("click", () => $("keys").showModal());
}

function setUpFiles(drawing, read, model, photo) {
  const opener = new FileOpener($("file"), {
    openMap(runs, name) {
      drawing.replace(read(runs));
      say(`Opened the label map ${name}.`);
    },
    openPhoto(bitmap, name) {
      drawCovering($("reference"), bitmap);
      $("stage").classList.add("traced");
      $("untrace").hidden = false;
      say(`${name} is below the label map, to be traced.`);
    },
    fail: (message) => say(message, true),
  });
  $("open").addEventListener("click", () => opener.choose());
  $("untrace").addEventListener("click", () => {
    $("stage").classList.remove("traced");
    $("untrace").hidden = true;
  });
  const saveAs = (name, file) => async () => {
    try {
      save(await file(drawing.map), name);
    } catch (error) {
      say(error.message, true);
    }
  };
  $("save-map").addEventListener("click", saveAs("labels.png", mapFile));
  $("save-objects").addEventListener("click", saveAs("instances.png", objectsFile));
  $("save-objects").hidden = !model.instances;
  $("save-photo").addEventListener("click", () => photo.blob && save(photo.blob, "photo.png"));
  $("example").addEventListener("click", () => drawing.replace(read(model.example)));
}

function setUpPhotos(drawing) {
  const photo = { blob: null };
  const meter = new Meter();
  const context = $("photo").getContext("2d");
  let troubled = false;
  const feed = new PhotoFeed({
    current: () => ({ map: drawing.map, noise: currentNoise(), draft: drawing.inStroke }),
    show: async ({ blob, draft, since }) => {
      const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
      context.drawImage(bitmap, 0, 0);
      bitmap.close();
      if (!draft) photo.blob = blob;
      meter.add(since);
      if (troubled) say("");
      troubled = false;
    },
    fail: (error) => {
      if (error.code === "superseded") return;
      say(error.message, true);
      troubled = true;
    },
    settled: () => ($("photo-sheet").ariaBusy = "false"),
  });
  photo.update = () => {
    $("photo-sheet").ariaBusy = "true";
    feed.update();
  };
  return photo;
}

function setUpPalette(model) {
  const palette = new Palette(model, { list: $("classes"), filter: $("filter"), none: $("no-class") });
  $("classes").addEventListener("change", () => {
    if (chosen("tool") === "eraser") choose("tool", "brush");
  });
  return palette;
}

function setUpPainter(drawing, objects, palette, model) {
  const tool = () => ({
    kind: chosen("tool"),
    size: Number($("size").value),
    id: chosen("tool") === "eraser" ? -1 : palette.selected,
  });
  const pick = (id) => {
    palette.select(id);
    say(`Painting ${palette.nameOf(id)}.`);
  };
  new Painter($("map"), $("cursor"), drawing, objects, tool, pick);
  $("clear").addEventListener("click", () => drawing.edit((map) => map.put(objects.another(tool().id))));
  $("size").max = Math.round(Math.min(model.width, model.height) / 2);
  $("size").value = Math.max(2, Math.round(Math.min(model.width, model.height) / 12));
  $("size").addEventListener("input", () => ($("size-value").textContent = $("size").value));
  $("size").dispatchEvent(new Event("input"));
  $("eraser").hidden = !model.unlabeled;
}

function showModel(model) {
  $("model").textContent = `${model.name} · ${model.width} × ${model.height} · ${model.classes.length} classes`;
  document.documentElement.style.setProperty("--shape", model.width / model.height);
  for (const id of ["photo", "reference"]) Object.assign($(id), { width: model.width, height: model.height });
  $("stage").classList.toggle("wide", model.width > 1.4 * model.height);
  $("noise").hidden = model.noise === 0;
}

async function start() {
  const model = await fetchModel();
  showModel(model);
  const palette = setUpPalette(model);
  const objects = new Objects(model);
  const read = (runs) => (model.instances ? objects.find(LabelMap.fromRuns(runs)) : LabelMap.fromRuns(runs));
  const drawing = new Drawing(read(model.example));
  const canvas = new MapCanvas($("map"), model);
  const photo = setUpPhotos(drawing);
  drawing.addEventListener("change", () => {
    canvas.draw(drawing.map);
    $("undo").disabled = !drawing.canUndo;
    $("redo").disabled = !drawing.canRedo;
    photo.update();
  });
  $("undo").addEventListener("click", () => drawing.undo());
  $("redo").addEventListener("click", () => drawing.redo());
  setUpPainter(drawing, objects, palette, model);
  setUpNoise(photo.update);
  setUpLook();
  setUpFiles(drawing, read, model, photo);
  setUpKeys(palette);
  drawing.changed();
  say("Paint on the label map.");
}

start().catch((error) => say(error.message, true));
