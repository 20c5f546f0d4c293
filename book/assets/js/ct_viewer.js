/* A CT slice viewer: window presets, outlines of each reader, slices by slider, wheel and keys. */
(function () {
  "use strict";
  const { el, choice, buttons, slider, labelled, register } = window.hebook;

  const PRESETS = {
    brain: { text: "Brain 80/40", width: 80, level: 40 },
    subdural: { text: "Subdural 200/75", width: 200, level: 75 },
    bone: { text: "Bone 2000/500", width: 2000, level: 500 },
  };
  const SCALE_MM = 10;

  /** The bytes of a grey PNG whose slices stand one below the other. */
  function decode(source) {
    return new Promise((resolve, reject) => {
      const picture = new Image();
      picture.onload = () => {
        const canvas = el("canvas", { width: picture.width, height: picture.height });
        const context = canvas.getContext("2d", { willReadFrequently: true });
        context.drawImage(picture, 0, 0);
        const rgba = context.getImageData(0, 0, picture.width, picture.height).data;
        const bytes = new Uint8Array(rgba.length / 4);
        for (let i = 0; i < bytes.length; i += 1) bytes[i] = rgba[4 * i];
        resolve(bytes);
      };
      picture.onerror = () => reject(new Error("a lesion's picture could not be read"));
      picture.src = source;
    });
  }

  register("ct-viewer", (stage, data) => {
    const state = { lesion: 0, slice: 0, preset: "brain", shown: new Set([data.reads[0]]), ready: null };
    const canvas = el("canvas", { class: "hb-ct", tabindex: "0", role: "img" });
    const context = canvas.getContext("2d");
    const status = el("p", { class: "hb-status", role: "status" });

    const lesions = data.lesions.map((lesion, i) => [String(i), lesion.label]);
    const pick = choice("Lesion", lesions, (value) => open(Number(value)));
    const presets = buttons("Window", Object.entries(PRESETS).map(([key, p]) => [key, p.text]), (key) => {
      state.preset = key;
      draw();
    });
    const slices = slider("Slice", 0, 1, 1, (value) => go(value));
    const reads = el("span", { class: "hb-buttons", role: "group", "aria-label": "Outlines" });
    data.reads.forEach((read, i) => {
      const box = el("input", {
        type: "checkbox",
        onchange: () => {
          if (box.checked) state.shown.add(read); else state.shown.delete(read);
          draw();
        },
      });
      box.checked = state.shown.has(read);
      const field = labelled(data.read_names[i], box);
      field.style.setProperty("--hb-read", data.colours[i]);
      field.classList.add("hb-read");
      reads.append(field);
    });

    const go = (index) => {
      const last = data.lesions[state.lesion].slices - 1;
      state.slice = Math.min(Math.max(index, 0), last);
      slices.input.value = state.slice;
      draw();
    };
    canvas.addEventListener("wheel", (event) => {
      const next = state.slice + Math.sign(event.deltaY);
      if (next < 0 || next >= data.lesions[state.lesion].slices) return; // let the page scroll on
      event.preventDefault();
      go(next);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowUp: 1, ArrowRight: 1, PageUp: 1, ArrowDown: -1, ArrowLeft: -1, PageDown: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      go(state.slice + step);
    });

    function open(index) {
      state.lesion = index;
      state.ready = null;
      const lesion = data.lesions[index];
      slices.input.max = lesion.slices - 1;
      Promise.all([decode(lesion.pixels), decode(lesion.masks)]).then(([pixels, masks]) => {
        if (state.lesion !== index) return;
        state.ready = { pixels, masks };
        go(lesion.largest);
        stage.dataset.loaded = String(index);
      });
    }

    function draw() {
      if (!state.ready) return;
      const lesion = data.lesions[state.lesion];
      const { rows, columns } = lesion;
      const preset = PRESETS[state.preset];
      const start = state.slice * rows * columns;
      const picture = new ImageData(columns, rows);
      const low = preset.level - preset.width / 2;
      for (let i = 0; i < rows * columns; i += 1) {
        const grey = (255 * (data.hu[state.ready.pixels[start + i]] - low)) / preset.width;
        picture.data.set([grey, grey, grey, 255], 4 * i); // a clamped array limits to 0..255
      }
      const zoom = Math.max(1, Math.round(512 / columns));
      canvas.width = columns * zoom;
      canvas.height = rows * zoom;
      const small = el("canvas", { width: columns, height: rows });
      small.getContext("2d").putImageData(picture, 0, 0);
      context.imageSmoothingEnabled = true;
      context.drawImage(small, 0, 0, canvas.width, canvas.height);
      data.reads.forEach((read, bit) => {
        if (state.shown.has(read)) outline(lesion, start, bit, data.colours[bit], zoom);
      });
      scale(lesion, zoom);
      const place = `slice ${state.slice + 1} of ${lesion.slices}`;
      const outlines = data.reads.filter((r) => state.shown.has(r)).join(", ") || "none";
      status.textContent = `${lesion.label}, ${place}, window ${preset.text}, outlines: ${outlines}`;
      canvas.setAttribute("aria-label", `CT around the lesion. ${status.textContent}`);
    }

    /** Draw the edges between voxels inside and outside a mask. */
    function outline(lesion, start, bit, colour, zoom) {
      const { rows, columns } = lesion;
      const inside = (y, x) =>
        y >= 0 && x >= 0 && y < rows && x < columns &&
        (state.ready.masks[start + y * columns + x] >> bit) & 1;
      context.beginPath();
      for (let y = 0; y <= rows; y += 1)
        for (let x = 0; x <= columns; x += 1) {
          if (inside(y, x) !== inside(y - 1, x)) {
            context.moveTo(x * zoom, y * zoom);
            context.lineTo((x + 1) * zoom, y * zoom);
          }
          if (inside(y, x) !== inside(y, x - 1)) {
            context.moveTo(x * zoom, y * zoom);
            context.lineTo(x * zoom, (y + 1) * zoom);
          }
        }
      context.strokeStyle = colour;
      context.lineWidth = Math.max(1.5, zoom / 2);
      context.stroke();
    }

    function scale(lesion, zoom) {
      const length = (SCALE_MM / lesion.pixel_mm) * zoom;
      const x = canvas.width - length - 12, y = canvas.height - 14;
      context.fillStyle = "#000";
      context.fillRect(x - 4, y - 18, length + 8, 26);
      context.fillStyle = "#fff";
      context.fillRect(x, y, length, 3);
      context.font = "13px sans-serif";
      context.textAlign = "center";
      context.fillText(`${SCALE_MM} mm`, x + length / 2, y - 5);
    }

    stage.append(
      el("div", { class: "hb-controls" }, pick.field, presets.group, slices.field, reads),
      canvas,
      status,
    );
    presets.press("brain");
    open(0);
  });
})();
