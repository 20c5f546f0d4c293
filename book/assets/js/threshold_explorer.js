/* One threshold moved through four views: ROC curve, confusion matrix, calibration, net benefit.
   The page holds counts per threshold only, never a score of a patient. */
(function () {
  "use strict";
  const { el, svg, choice, buttons, slider, axes, path, register } = window.hebook;

  const percent = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(1)}%` : "undefined");

  /** The four cells read for one positive class. */
  function cells(set, index, positive) {
    const tp = set.tp[index], fp = set.fp[index];
    const fn = set.positives - tp, tn = set.negatives - fp;
    return positive === "expansion" ? { tp, fp, fn, tn } : { tp: tn, fp: fn, fn: fp, tn: tp };
  }

  /** Net benefit per patient at a threshold probability (Vickers and Elkin 2006). */
  function netBenefit(set, index) {
    const t = set.risk[index], n = set.positives + set.negatives;
    return set.tp[index] / n - (set.fp[index] / n) * (t / (1 - t));
  }

  register("threshold-explorer", (stage, data) => {
    const state = { model: data.models[0][0], cohort: data.cohorts[data.cohorts.length - 1], positive: "expansion", index: 0 };
    const current = () => data.sets[`${state.model}|${state.cohort}`];
    const views = el("div", { class: "hb-grid-2" });
    const status = el("p", { class: "hb-status", role: "status" });

    const model = choice("Model", data.models, (value) => { state.model = value; reset(); });
    const cohort = choice("Patients", data.cohorts.map((c) => [c, c]), (value) => { state.cohort = value; reset(); });
    cohort.select.value = state.cohort;
    const positive = buttons("Positive class", [["expansion", "expansion"], ["no expansion", "no expansion"]],
      (value) => { state.positive = value; draw(); });
    const threshold = slider("Risk threshold", 0, 1, 1, (value) => { state.index = value; draw(); });
    const stored = el("button", { type: "button", onclick: () => reset() }, "Back to the model's threshold");

    function reset() {
      const set = current();
      threshold.input.max = set.risk.length - 1;
      state.index = set.stored;
      threshold.input.value = state.index;
      draw();
    }

    const roc = () => {
      const set = current();
      const plot = axes({
        width: 320, height: 300, x: [0, 1], y: [0, 1], title: "ROC curve",
        xLabel: "1 − specificity for expansion", yLabel: "Sensitivity for expansion",
      });
      const points = set.risk.map((_, i) => [set.fp[i] / set.negatives, set.tp[i] / set.positives]).reverse();
      plot.layer.append(
        svg("path", { d: path([[0, 0], [1, 1]], plot.px, plot.py), class: "hb-chance" }),
        svg("path", { d: path([[0, 0], ...points, [1, 1]], plot.px, plot.py), class: "hb-line" }),
        svg("circle", {
          cx: plot.px(set.fp[state.index] / set.negatives),
          cy: plot.py(set.tp[state.index] / set.positives), r: 6, class: "hb-mark",
        }),
      );
      return figure(`ROC curve, AUC ${set.auc}`, plot.root);
    };

    const calibration = () => {
      const set = current();
      const plot = axes({
        width: 320, height: 300, x: [0, 1], y: [0, 1], title: "Calibration",
        xLabel: "Predicted risk of expansion", yLabel: "Observed share with expansion",
      });
      plot.layer.append(svg("path", { d: path([[0, 0], [1, 1]], plot.px, plot.py), class: "hb-chance" }));
      for (const bin of set.calibration) {
        plot.layer.append(
          svg("line", { x1: plot.px(bin.risk), x2: plot.px(bin.risk), y1: plot.py(bin.low), y2: plot.py(bin.high), class: "hb-bar" }),
          svg("circle", { cx: plot.px(bin.risk), cy: plot.py(bin.observed), r: 4, class: "hb-dot" }),
        );
      }
      const t = set.risk[state.index];
      plot.layer.append(svg("line", { x1: plot.px(t), x2: plot.px(t), y1: plot.py(0), y2: plot.py(1), class: "hb-cut" }));
      return figure("Calibration in groups of equal size, 95% interval", plot.root);
    };

    const benefit = () => {
      const set = current();
      const n = set.positives + set.negatives;
      const kept = set.risk.map((t, i) => [t, i]).filter(([t]) => t < 0.9);
      const all = (t) => set.positives / n - (set.negatives / n) * (t / (1 - t));
      const top = Math.ceil((set.positives / n) * 20) / 20 + 0.05;
      const floor = -top / 3;
      const inside = ([, value]) => value >= floor;
      const plot = axes({
        width: 320, height: 300, x: [0, 0.9], y: [floor, top], title: "Net benefit",
        xLabel: "Threshold probability", yLabel: "Net benefit per patient",
      });
      const curve = kept.map(([t, i]) => [t, netBenefit(set, i)]).filter(inside);
      const everyone = kept.map(([t]) => [t, all(t)]).filter(inside);
      plot.layer.append(
        svg("path", { d: path([[0, 0], [0.9, 0]], plot.px, plot.py), class: "hb-chance" }),
        svg("path", { d: path(everyone, plot.px, plot.py), class: "hb-second" }),
        svg("path", { d: path(curve, plot.px, plot.py), class: "hb-line" }),
      );
      const t = Math.min(set.risk[state.index], 0.9);
      plot.layer.append(svg("line", { x1: plot.px(t), x2: plot.px(t), y1: plot.py(floor), y2: plot.py(top), class: "hb-cut" }));
      return figure("Net benefit: model, treat all (dashed), treat none (dotted)", plot.root);
    };

    const confusion = () => {
      const set = current();
      const c = cells(set, state.index, state.positive);
      const other = state.positive === "expansion" ? "no expansion" : "expansion";
      const few = (count) => (count > 0 && count < data.smallest_cell ? `<${data.smallest_cell}` : String(count));
      const cell = (name, count) => el("td", { "data-cell": name }, few(count));
      const table = el("table", { class: "hb-confusion" },
        el("caption", {}, `Positive class: ${state.positive}`),
        el("thead", {}, el("tr", {}, el("td", {}), el("th", { scope: "col" }, state.positive), el("th", { scope: "col" }, other))),
        el("tbody", {},
          el("tr", {}, el("th", { scope: "row" }, `called ${state.positive}`), cell("tp", c.tp), cell("fp", c.fp)),
          el("tr", {}, el("th", { scope: "row" }, `called ${other}`), cell("fn", c.fn), cell("tn", c.tn))));
      const n = c.tp + c.fp + c.fn + c.tn;
      const values = [
        ["Accuracy", percent(c.tp + c.tn, n)],
        ["Precision", percent(c.tp, c.tp + c.fp)],
        ["Recall (sensitivity)", percent(c.tp, c.tp + c.fn)],
        ["Specificity", percent(c.tn, c.tn + c.fp)],
        ["F1", 2 * c.tp + c.fp + c.fn ? ((2 * c.tp) / (2 * c.tp + c.fp + c.fn)).toFixed(3) : "undefined"],
      ];
      const list = el("dl", { class: "hb-metrics" });
      for (const [name, value] of values) list.append(el("dt", {}, name), el("dd", { "data-metric": name }, value));
      return figure("Confusion matrix", el("div", {}, table, list));
    };

    const figure = (caption, content) => el("figure", {}, content, el("figcaption", {}, caption));

    function draw() {
      const set = current();
      views.replaceChildren(roc(), confusion(), calibration(), benefit());
      positive.press(state.positive);
      const text = `Risk threshold ${set.risk[state.index].toFixed(3)}`;
      threshold.input.setAttribute("aria-valuetext", text);
      const own = state.index === set.stored ? " (the model's own)" : "";
      status.textContent = `${text}${own}; ${state.model}, ${state.cohort}, ${set.positives} with and ${set.negatives} without expansion`;
    }

    stage.append(
      el("div", { class: "hb-controls" }, model.field, cohort.field, positive.group, threshold.field, stored),
      status,
      views,
    );
    reset();
  });
})();
