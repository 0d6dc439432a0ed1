// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

import { readMap, ServerError } from "./api.js";

/** Hands a blob to the user as a file. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Files that are chosen or dropped: `openMap(runs, name)` or, if it is none, `openPhoto(bitmap, name, why)`. */
export class FileOpener {
  constructor(input, { openMap, openPhoto, fail }) {
    Object.assign(this, { input, openMap, openPhoto, fail });
    input.addEventListener("change", () => {
      this.open(input.files[0]);
      input.value = "";
    });
    addEventListener("dragover", (event) => {
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) document.body.classList.remove("dropping");
    });
    addEventListener("drop", (event) => {
      event.preventDefault();
      document.body.classList.remove("dropping");
      this.open(event.dataTransfer.files[0]);
    });
  }

  choose() {
    this.input.click();
  }

  async open(file) {
    if (!file) return;
    let why = "";
    if (file.type === "image/png") {
      try {
        return this.openMap(await readMap(file), file.name);
      } catch (error) {
        if (!(error instanceof ServerError) || error.status !== 400) return this.fail(error.message);
        why = error.message;
      }
    }
    try {
      this.openPhoto(await createImageBitmap(file), file.name, why);
    } catch {
      this.fail(`${file.name}: ${why || "it is neither a label map as PNG nor a photo"}`);
    }
  }
}
