/* mRMR pick by pick: relevance, redundancy and score of the leading candidates at each step. */
(function () {
  "use strict";
  const { el, svg, register } = window.hebook;

  const ROW = 26, LABEL = 250, WIDTH = 640;

  register("mrmr-stepper", (stage, data) => {
    let step = 0;
    const last = data.steps.length - 1;
    const holder = el("div", { class: "hb-scroll", tabindex: "0", role: "region", "aria-label": "Candidates of this step" });
    const status = el("p", { class: "hb-status", role: "status" });
    const picked = el("ol", { class: "hb-picked" });
    const back = el("button", { type: "button", onclick: () => go(step - 1) }, "Previous pick");
    const next = el("button", { type: "button", onclick: () => go(step + 1) }, "Next pick");

    function bars(candidates) {
      const height = candidates.length * ROW + 34;
      const largest = Math.max(...data.steps.flatMap((s) => s.flatMap((c) => [c.relevance, c.redundancy])));
      const scale = (value) => (value / largest) * (WIDTH - LABEL - 70);
      const title = `Step ${step + 1}: relevance and redundancy of the leading candidates`;
      const root = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "hb-plot hb-wide", role: "img", "aria-label": title });
      candidates.forEach((c, i) => {
        const y = i * ROW + 6;
        root.append(
          svg("text", { x: LABEL - 8, y: y + 13, "text-anchor": "end", class: i ? "hb-tick" : "hb-tick hb-strong" }, shorten(c.feature)),
          svg("rect", { x: LABEL, y, width: Math.max(scale(c.relevance), 0.5), height: 8, class: "hb-relevance" }),
          svg("rect", { x: LABEL, y: y + 9, width: Math.max(scale(c.redundancy), 0.5), height: 8, class: "hb-redundancy" }),
          svg("text", { x: WIDTH - 4, y: y + 13, "text-anchor": "end", class: i ? "hb-tick" : "hb-tick hb-strong" }, c.score.toFixed(4)),
        );
      });
      const y = candidates.length * ROW + 16;
      root.append(
        svg("rect", { x: LABEL, y, width: 14, height: 8, class: "hb-relevance" }),
        svg("text", { x: LABEL + 20, y: y + 9, class: "hb-tick" }, "relevance"),
        svg("rect", { x: LABEL + 100, y, width: 14, height: 8, class: "hb-redundancy" }),
        svg("text", { x: LABEL + 120, y: y + 9, class: "hb-tick" }, "mean redundancy"),
        svg("text", { x: WIDTH - 4, y: y + 9, "text-anchor": "end", class: "hb-tick" }, "score"),
      );
      return root;
    }

    const shorten = (name) => (name.length > 38 ? `${name.slice(0, 18)}…${name.slice(-19)}` : name);

    function go(index) {
      step = Math.min(Math.max(index, 0), last);
      const candidates = data.steps[step];
      holder.replaceChildren(bars(candidates));
      back.disabled = step === 0;
      next.disabled = step === last;
      const best = candidates[0];
      status.textContent = `Pick ${step + 1} of ${last + 1}: ${best.feature}; relevance ${best.relevance.toFixed(4)}, ` +
        `redundancy ${best.redundancy.toFixed(4)}, score (${data.scheme}) ${best.score.toFixed(4)}`;
      picked.replaceChildren(...data.steps.slice(0, step + 1).map((s) => el("li", {}, s[0].feature)));
    }

    stage.addEventListener("keydown", (event) => {
      const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (move && event.target !== holder) { event.preventDefault(); go(step + move); }
    });
    stage.append(el("div", { class: "hb-controls" }, back, next), status, holder,
      el("p", { class: "hb-title" }, "Picked so far"), picked);
    go(0);
  });
})();
