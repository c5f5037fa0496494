// One neuron with sliders: y = σ(w₁x₁ + w₂x₂ + b), its line, and the point you move.
(function () {
  "use strict";
  const { define, make, set, slider, plot, shade } = window.pynnPieces;
  const sigmoid = (z) => 1 / (1 + Math.exp(-z));

  define("neuron", (root) => {
    const state = { w1: 1, w2: 1, b: -1.5, x1: 1, x2: 1 };
    const p = plot({ x: [-1, 2], y: [-1, 2], label: "The plane of inputs, shaded by what the neuron says", ticks: 4 });
    const cells = [], n = 24;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const a = -1 + (3 * i) / n, c = -1 + (3 * j) / n;
        const rect = make("rect", { x: p.x(a), y: p.y(c + 3 / n), width: p.x(3 / n) - p.x(0) + 0.6, height: p.y(0) - p.y(3 / n) + 0.6 });
        cells.push([rect, a + 1.5 / n, c + 1.5 / n]);
        p.inside.append(rect);
      }
    const boundary = make("line", { class: "boundary" }), arrow = make("line", { class: "weights" });
    const dot = make("circle", { r: 7, class: "handle" });
    p.inside.append(boundary, arrow, dot);
    const sum = make("p", { class: "formula", "aria-live": "polite" });

    function draw() {
      const { w1, w2, b, x1, x2 } = state, z = w1 * x1 + w2 * x2 + b;
      for (const [rect, a, c] of cells) rect.setAttribute("fill", shade(sigmoid(w1 * a + w2 * c + b)));
      const norm = Math.hypot(w1, w2);
      if (norm > 0) {  // the foot of the line, and along it
        const fx = (-b * w1) / norm ** 2, fy = (-b * w2) / norm ** 2, dx = -w2 / norm, dy = w1 / norm;
        set(boundary, { x1: p.x(fx - 9 * dx), y1: p.y(fy - 9 * dy), x2: p.x(fx + 9 * dx), y2: p.y(fy + 9 * dy), visibility: "visible" });
        set(arrow, { x1: p.x(fx), y1: p.y(fy), x2: p.x(fx + 0.4 * w1), y2: p.y(fy + 0.4 * w2) });
      } else boundary.setAttribute("visibility", "hidden");
      set(dot, { cx: p.x(x1), cy: p.y(x2), fill: shade(sigmoid(z)) });
      const part = (w, x) => `${w.toFixed(1)}·${x.toFixed(1)}`;
      sum.textContent = `z = ${part(w1, x1)} + ${part(w2, x2)} + ${b.toFixed(1)} = ${z.toFixed(2)},  y = σ(z) = ${sigmoid(z).toFixed(3)}`.replaceAll("-", "−").replaceAll("+ −", "− ");
    }

    const controls = make("div", { class: "controls" });
    for (const [name, label] of [["w1", "weight w₁"], ["w2", "weight w₂"], ["b", "bias b"], ["x1", "input x₁"], ["x2", "input x₂"]]) {
      const input = name.startsWith("x");
      controls.append(slider(label, { min: input ? -1 : -3, max: input ? 2 : 3, step: 0.1, value: state[name] }, (v) => { state[name] = v; draw(); }));
    }
    const move = (event) => {
      const at = p.pointer(event).map((v) => Math.min(2, Math.max(-1, Math.round(v * 10) / 10)));
      [3, 4].forEach((k, i) => { const row = controls.children[k]; row.input.value = at[i]; row.refresh(); });
    };
    p.svg.addEventListener("pointerdown", (event) => { p.svg.setPointerCapture(event.pointerId); move(event); });
    p.svg.addEventListener("pointermove", (event) => event.buttons && move(event));
    root.append(p.svg, make("div", {}, controls, sum));
    draw();
  });
})();
