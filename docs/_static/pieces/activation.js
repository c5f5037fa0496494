// Activation explorer: choose a curve, move z, read the value and the slope.
(function () {
  "use strict";
  const { define, make, set, slider, choice, plot } = window.pynnPieces;
  const sigmoid = (z) => 1 / (1 + Math.exp(-z));

  // The error function, by its series near 0 and its continued fraction far away: 15 digits.
  function erf(x) {
    const a = Math.abs(x);
    if (a < 2.5) {
      let term = a, sum = a;
      for (let n = 1; n < 60; n++) { term *= (-a * a) / n; sum += term / (2 * n + 1); }
      return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * sum;
    }
    let fraction = 0;
    for (let k = 60; k > 0; k--) fraction = k / 2 / (a + fraction);
    return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
  }
  const Phi = (z) => 0.5 * (1 + erf(z / Math.SQRT2)), phi = (z) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

  // name: [label, value, slope]
  const curves = {
    sigmoid: ["sigmoid", sigmoid, (z) => sigmoid(z) * (1 - sigmoid(z))],
    tanh: ["tanh", Math.tanh, (z) => 1 - Math.tanh(z) ** 2],
    relu: ["ReLU", (z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0)],
    leaky_relu: ["leaky ReLU", (z) => (z > 0 ? z : 0.01 * z), (z) => (z > 0 ? 1 : 0.01)],
    elu: ["ELU", (z) => (z > 0 ? z : Math.expm1(z)), (z) => (z > 0 ? 1 : Math.exp(z))],
    softplus: ["softplus", softplus, sigmoid],
    gelu: ["GELU", (z) => z * Phi(z), (z) => Phi(z) + z * phi(z)],
    silu: ["SiLU", (z) => z * sigmoid(z), (z) => sigmoid(z) * (1 + z * (1 - sigmoid(z)))],
  };
  window.pynnPieces.activations = curves;  // compared with pynn by a test

  define("activation", (root) => {
    let name = "sigmoid", at = 1;
    const p = plot({ x: [-5, 5], y: [-2, 4], label: "An activation function and its slope", width: 360, ticks: 5 });
    const value = make("path", { class: "line blue" }), slope = make("path", { class: "line orange dashed" });
    const tangent = make("line", { class: "tangent" }), dot = make("circle", { r: 6, class: "handle" });
    p.inside.append(slope, value, tangent, dot);
    const text = make("p", { class: "formula", "aria-live": "polite" });
    const note = make("p", { class: "note" });

    function draw() {
      const [, f, d] = curves[name], grid = Array.from({ length: 201 }, (_, k) => -5 + k / 20);
      const clip = (v) => Math.min(4, Math.max(-2, v));
      value.setAttribute("d", p.curve(grid.map((z) => [z, clip(f(z))])));
      slope.setAttribute("d", p.curve(grid.map((z) => [z, clip(d(z))])));
      const y = f(at), s = d(at);
      set(dot, { cx: p.x(at), cy: p.y(clip(y)) });
      set(tangent, { x1: p.x(at - 1), x2: p.x(at + 1), y1: p.y(y - s), y2: p.y(y + s) });
      text.textContent = `f(${at.toFixed(1)}) = ${y.toFixed(4)},  slope ${s.toFixed(4)}`.replaceAll("-", "−");
      note.textContent = `Ten layers with this slope keep ${(100 * Math.abs(s) ** 10).toPrecision(2)} % of a gradient.`;
    }

    const z = slider("z", { min: -5, max: 5, step: 0.1, value: at }, (v) => { at = v; draw(); });
    const which = choice("function", Object.entries(curves).map(([key, [label]]) => [key, label]), (v) => { name = v; draw(); });
    p.svg.addEventListener("pointermove", (event) => {
      if (!event.buttons) return;
      z.input.value = p.pointer(event)[0];
      z.refresh();
    });
    root.append(p.svg, make("div", {}, make("div", { class: "controls" }, which, z), text, note));
    draw();
  });
})();
