/* Shared by the widgets of the book: finding them on the page, and building elements.
   Classic scripts, not modules: modules are refused when a page is opened from file://. */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const kinds = {};

  /** Build an HTML element: el("label", {for: "x"}, "text", child, ...). */
  function el(tag, attributes, ...children) {
    return fill(document.createElement(tag), attributes, children);
  }

  /** Build an SVG element in the same way. */
  function svg(tag, attributes, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
  }

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  }

  let counter = 0;
  const newId = () => `hb-${(counter += 1)}`;

  /** A labelled control: the label is bound to the input by id. */
  function labelled(text, input) {
    input.id = input.id || newId();
    return el("span", { class: "hb-field" }, el("label", { for: input.id }, text), input);
  }

  /** A labelled <select>; options are [value, text] pairs. */
  function choice(text, options, change) {
    const select = el("select", { onchange: () => change(select.value) });
    for (const [value, label] of options) select.append(el("option", { value }, label));
    return { field: labelled(text, select), select };
  }

  /** A group of toggle buttons of which one is pressed. */
  function buttons(label, options, change) {
    const group = el("span", { class: "hb-buttons", role: "group", "aria-label": label });
    const press = (value) => {
      for (const button of group.children)
        button.setAttribute("aria-pressed", String(button.dataset.value === value));
    };
    for (const [value, text] of options)
      group.append(
        el("button", {
          type: "button", "data-value": value, "aria-pressed": "false",
          onclick: () => { press(value); change(value); },
        }, text),
      );
    return { group, press };
  }

  /** A labelled range input that calls back on every move. */
  function slider(text, min, max, step, change) {
    const input = el("input", {
      type: "range", min, max, step, oninput: () => change(Number(input.value)),
    });
    return { field: labelled(text, input), input };
  }

  /** Axes of a unit square or any range, drawn once; returns the pixel of a value. */
  function axes(options) {
    const { width, height, x, y, xLabel, yLabel, title } = options;
    const left = 46, right = 10, top = 10, bottom = 40;
    const px = (v) => left + ((v - x[0]) / (x[1] - x[0])) * (width - left - right);
    const py = (v) => height - bottom - ((v - y[0]) / (y[1] - y[0])) * (height - top - bottom);
    const root = svg("svg", {
      viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title, class: "hb-plot",
    });
    const ticks = (range) => {
      const size = (range[1] - range[0]) / 4;
      const decade = 10 ** Math.floor(Math.log10(size));
      const step = Math.max(...[1, 2, 2.5, 5].map((m) => m * decade).filter((s) => s <= size * 1.0001));
      const first = Math.ceil(range[0] / step - 1e-9), last = Math.floor(range[1] / step + 1e-9);
      return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
    };
    const show = (v) => String(Math.round(v * 100) / 100);
    for (const v of ticks(x)) {
      root.append(svg("line", { x1: px(v), x2: px(v), y1: py(y[0]), y2: py(y[1]), class: "hb-grid" }));
      root.append(svg("text", { x: px(v), y: height - bottom + 15, class: "hb-tick", "text-anchor": "middle" }, show(v)));
    }
    for (const v of ticks(y)) {
      root.append(svg("line", { x1: px(x[0]), x2: px(x[1]), y1: py(v), y2: py(v), class: "hb-grid" }));
      root.append(svg("text", { x: left - 6, y: py(v) + 4, class: "hb-tick", "text-anchor": "end" }, show(v)));
    }
    root.append(
      svg("text", { x: (left + width - right) / 2, y: height - 6, class: "hb-axis", "text-anchor": "middle" }, xLabel),
      svg("text", {
        x: 12, y: (top + height - bottom) / 2, class: "hb-axis", "text-anchor": "middle",
        transform: `rotate(-90 12 ${(top + height - bottom) / 2})`,
      }, yLabel),
    );
    const layer = svg("g", {});
    root.append(layer);
    return { root, layer, px, py };
  }

  const path = (points, px, py) =>
    points.map(([a, b], i) => `${i ? "L" : "M"}${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join("");

  function start() {
    for (const root of document.querySelectorAll("[data-hb-widget]")) {
      const mount = kinds[root.dataset.hbWidget];
      const data = root.querySelector("script[type='application/json']");
      if (!mount || !data || root.dataset.hbReady) continue;
      const stage = el("div", { class: "hb-stage" });
      root.append(stage);
      mount(stage, JSON.parse(data.textContent));
      root.dataset.hbReady = "true";
    }
  }

  window.hebook = { el, svg, choice, buttons, slider, labelled, axes, path, register };
  function register(kind, mount) { kinds[kind] = mount; }
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
