/* Where the features come from, and how each survives a second reading: a table of image by class,
   and a scatter of intra- against inter-observer ICC that the table, a family and a search filter. */
(function () {
  "use strict";
  const { el, svg, choice, labelled, axes, register } = window.hebook;

  const SHOWN = 12; // names in the list below the scatter
  const LOWEST = -0.25;

  register("feature-explorer", (stage, data) => {
    const features = data.names.map((name, i) => ({
      name, image: data.images[data.image[i]], group: data.classes[data.class[i]],
      family: data.families[data.family[i]], intra: data.intra[i], inter: data.inter[i], stable: data.stable[i] === 1,
    }));
    const state = { family: "all", image: null, group: null, text: "" };
    const status = el("p", { class: "hb-status", role: "status" });
    const list = el("ul", { class: "hb-features" });
    const hint = el("p", { class: "hb-hint", "aria-live": "polite" }, "Point at a dot, or choose a name below.");

    const family = choice("Family", [["all", "all families"], ...data.families.map((f) => [f, f])], (value) => {
      state.family = value;
      draw();
    });
    const search = el("input", { type: "search", placeholder: "e.g. glcm_Contrast", oninput: () => { state.text = search.value.toLowerCase(); draw(); } });

    const plot = axes({
      width: 460, height: 430, x: [LOWEST, 1], y: [LOWEST, 1], title: "Intra- against inter-observer ICC of every feature",
      xLabel: "ICC, same reader again", yLabel: "ICC, second reader",
    });
    const cut = data.threshold;
    plot.layer.append(
      svg("line", { x1: plot.px(cut), x2: plot.px(cut), y1: plot.py(LOWEST), y2: plot.py(1), class: "hb-cut" }),
      svg("line", { x1: plot.px(LOWEST), x2: plot.px(1), y1: plot.py(cut), y2: plot.py(cut), class: "hb-cut" }),
    );
    const place = (value) => Math.max(value, LOWEST);
    const known = (f) => f.intra !== null && f.inter !== null;
    const dots = svg("g", {});
    const ring = svg("circle", { r: 7, class: "hb-ring", visibility: "hidden" });
    plot.layer.append(dots, ring);
    features.forEach((feature) => {
      if (!known(feature)) return;
      feature.dot = svg("circle", {
        cx: plot.px(place(feature.intra)).toFixed(1), cy: plot.py(place(feature.inter)).toFixed(1), r: 2.6,
        class: feature.stable ? "hb-dot" : "hb-dot hb-unstable", onpointerenter: () => point(feature),
      });
      dots.append(feature.dot);
    });

    function point(feature) {
      const values = known(feature)
        ? `intra ${feature.intra.toFixed(3)}, inter ${feature.inter.toFixed(3)}`
        : "no ICC: it does not vary";
      hint.textContent = `${feature.name}: ${values}, ${feature.stable ? "kept" : "left out"}`;
      if (!feature.dot) return;
      ring.setAttribute("cx", feature.dot.getAttribute("cx"));
      ring.setAttribute("cy", feature.dot.getAttribute("cy"));
      ring.setAttribute("visibility", "visible");
    }

    const wanted = (f) =>
      (state.family === "all" || f.family === state.family) &&
      (state.image === null || (f.image === state.image && f.group === state.group)) &&
      f.name.toLowerCase().includes(state.text);

    /** Rows are images, columns are classes; each cell filters. */
    function origin() {
      const counts = new Map();
      for (const f of features) {
        const key = `${f.image}|${f.group}`;
        const cell = counts.get(key) || { n: 0, stable: 0 };
        cell.n += 1;
        cell.stable += f.stable;
        counts.set(key, cell);
      }
      const head = el("tr", {}, el("th", { scope: "col" }, "Image"), ...data.classes.map((c) => el("th", { scope: "col" }, c)));
      const body = el("tbody", {});
      for (const image of data.images) {
        const row = el("tr", {}, el("th", { scope: "row" }, image));
        for (const group of data.classes) {
          const cell = counts.get(`${image}|${group}`);
          row.append(el("td", {}, cell ? button(image, group, cell) : ""));
        }
        body.append(row);
      }
      return el("div", { class: "hb-scroll", tabindex: "0", role: "region", "aria-label": "Features by image and class" },
        el("table", { class: "hb-origin" }, el("caption", {}, "Features kept of all, by image and class; press one to see it alone"), el("thead", {}, head), body));
    }

    const cellButtons = [];
    function button(image, group, cell) {
      const node = el("button", {
        type: "button", "aria-pressed": "false", title: `${image}, ${group}: ${cell.stable} of ${cell.n} kept`,
        onclick: () => {
          const same = state.image === image && state.group === group;
          state.image = same ? null : image;
          state.group = same ? null : group;
          draw();
        },
      }, `${cell.stable}/${cell.n}`);
      node.style.setProperty("--hb-share", String(cell.stable / cell.n));
      cellButtons.push([node, image, group]);
      return node;
    }

    function draw() {
      const chosen = features.filter(wanted);
      const set = new Set(chosen);
      for (const f of features) if (f.dot) f.dot.classList.toggle("hb-off", !set.has(f));
      for (const [node, image, group] of cellButtons)
        node.setAttribute("aria-pressed", String(state.image === image && state.group === group));
      const kept = chosen.filter((f) => f.stable).length;
      status.textContent = `${chosen.length} of ${features.length} features shown, ${kept} of them kept`;
      ring.setAttribute("visibility", "hidden");
      list.replaceChildren(...chosen.slice(0, SHOWN).map((f) =>
        el("li", {}, el("button", { type: "button", onclick: () => point(f), onfocus: () => point(f) }, f.name))));
      if (chosen.length > SHOWN) list.append(el("li", { class: "hb-more" }, `and ${chosen.length - SHOWN} more`));
    }

    stage.append(
      el("div", { class: "hb-controls" }, family.field, labelled("Name contains", search)),
      status,
      el("div", { class: "hb-grid-2" }, el("figure", {}, plot.root), el("div", {}, hint, list)),
      origin(),
    );
    draw();
  });
})();
