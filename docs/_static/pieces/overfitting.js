// Overfitting dial: turn the width of a network that pynn trained, and compare what it has seen with what it has not.
(function () {
  "use strict";
  const { define, make, slider, plot } = window.pynnPieces;

  // data: {widths, grid: [x], truth: [y], points: [[x, y]], curves: [[y]], seen: [..], unseen: [..]}
  define("overfitting", (root, data) => {
    const p = plot({ x: [-3, 3], y: [-2.5, 2.5], width: 340, height: 250, label: "The curve that the network draws" });
    const clip = (v) => Math.min(2.5, Math.max(-2.5, v));
    const drawn = make("path", { class: "line blue" });
    p.inside.append(make("path", { d: p.curve(data.grid.map((x, k) => [x, data.truth[k]])), class: "line truth" }), drawn);
    for (const [a, b] of data.points) p.inside.append(make("circle", { cx: p.x(a), cy: p.y(b), r: 3.5, class: "point orange" }));
    const top = Math.max(...data.unseen) * 1.1;
    const e = plot({ x: [0, data.widths.length - 1], y: [0, top], width: 320, height: 170, label: "error on seen and unseen points by width", names: data.widths });
    const mark = make("line", { y1: e.y(0), y2: e.y(top), class: "marker" });
    e.inside.append(
      make("path", { d: e.curve(data.seen.map((v, k) => [k, v])), class: "line blue" }),
      make("path", { d: e.curve(data.unseen.map((v, k) => [k, v])), class: "line orange dashed" }), mark);
    const text = make("p", { class: "formula", "aria-live": "polite" });
    const dial = slider("width", { min: 0, max: data.widths.length - 1, step: 1, value: 2, format: (k) => String(data.widths[k]) }, (k) => {
      drawn.setAttribute("d", p.curve(data.grid.map((x, i) => [x, clip(data.curves[k][i])])));
      mark.setAttribute("x1", e.x(k));
      mark.setAttribute("x2", e.x(k));
      text.textContent = `width ${data.widths[k]}: error ${data.seen[k].toFixed(3)} on the points it has seen, ${data.unseen[k].toFixed(3)} on new ones`;
    });
    root.append(p.svg, make("div", {}, make("div", { class: "controls" }, dial), e.svg, text));
    dial.refresh();
  });
})();
