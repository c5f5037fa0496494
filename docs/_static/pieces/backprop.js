// Backpropagation stepper: f = (a·b + c)², one step forward or backward at a time.
(function () {
  "use strict";
  const { define, make, set, slider, button, short } = window.pynnPieces;

  // name: [x, y, label]; edges: [from, to, slope as text, slope]
  const boxes = { a: [60, 40, "a"], b: [60, 110, "b"], c: [60, 180, "c"], d: [210, 75, "d = a·b"], e: [350, 128, "e = d + c"], f: [490, 128, "f = e²"] };
  const edges = [["a", "d", "b", (v) => v.b], ["b", "d", "a", (v) => v.a], ["d", "e", "1", () => 1], ["c", "e", "1", () => 1], ["e", "f", "2e", (v) => 2 * v.e]];
  const order = ["d", "e", "f"], back = ["f", "e", "d", "a", "b", "c"];
  const says = {
    d: (v) => `d = a·b = ${short(v.a)} · ${short(v.b)} = ${short(v.d)}`,
    e: (v) => `e = d + c = ${short(v.d)} + ${short(v.c)} = ${short(v.e)}`,
    f: (v) => `f = e² = ${short(v.e)}² = ${short(v.f)}`,
  };

  define("backprop", (root) => {
    const v = { a: 2, b: -3, c: 10 };
    let step = 0;  // 0 to 3 forward, 4 to 9 backward
    const svg = make("svg", { viewBox: "0 0 560 215", role: "img", "aria-label": "The computation of f, forward and backward", class: "plot wide" });
    const drawn = {}, slopes = [];
    for (const edge of edges) {
      const [from, to] = edge, [x0, y0] = boxes[from], [x1, y1] = boxes[to];
      const line = make("line", { x1: x0 + 48, y1: y0, x2: x1 - 48, y2: y1, class: "edge" });
      const text = make("text", { x: (x0 + x1) / 2, y: (y0 + y1) / 2 - 6, "text-anchor": "middle", class: "slope" });
      svg.append(line, text);
      slopes.push([edge, line, text]);
    }
    for (const [name, [x, y, label]] of Object.entries(boxes)) {
      const frame = make("rect", { x: x - 48, y: y - 24, width: 96, height: 48, rx: 6, class: "box" });
      const value = make("text", { x: x - 22, y: y + 16, "text-anchor": "middle", class: "value" });
      const grad = make("text", { x: x + 22, y: y + 16, "text-anchor": "middle", class: "gradient" });
      svg.append(frame, make("text", { x, y: y - 7, "text-anchor": "middle", class: "name" }, label), value, grad);
      drawn[name] = { frame, value, grad };
    }
    const text = make("p", { class: "formula", "aria-live": "polite" });

    function compute() {
      v.d = v.a * v.b;
      v.e = v.d + v.c;
      v.f = v.e * v.e;
      const g = { f: 1 };
      g.e = 2 * v.e * g.f;
      g.d = g.c = g.e;
      g.a = v.b * g.d;
      g.b = v.a * g.d;
      return g;
    }
    function draw() {
      const g = compute(), forward = Math.min(step, 3), backward = Math.max(0, step - 3);
      const now = step === 0 ? null : step <= 3 ? order[step - 1] : back[backward - 1];
      for (const [name, { frame, value, grad }] of Object.entries(drawn)) {
        const known = "abc".includes(name) || order.indexOf(name) < forward;
        value.textContent = known ? short(v[name]) : "";
        grad.textContent = back.indexOf(name) < backward ? short(g[name]) : "";
        frame.classList.toggle("active", name === now);
      }
      for (const [[from, to, symbol, slope], line, label] of slopes) {
        const passed = back.indexOf(to) < backward;
        label.textContent = passed ? (symbol === "1" ? "1" : `${symbol} = ${short(slope(v))}`) : "";
        line.classList.toggle("active", now !== null && step > 3 && from === now);
      }
      if (step === 0) text.textContent = "Press “next”: first the values, from left to right.";
      else if (step <= 3) text.textContent = says[now](v);
      else if (now === "f") text.textContent = "∂f/∂f = 1: here the way back begins.";
      else {
        const [, to, symbol, slope] = edges.find((edge) => edge[0] === now);
        text.textContent = `∂f/∂${now} = ∂f/∂${to} · ∂${to}/∂${now} = ${short(g[to])} · ${short(slope(v))} = ${short(g[now])}`;
      }
      previous.disabled = step === 0;
      next.disabled = step === 9;
    }
    const go = (to) => { step = Math.min(9, Math.max(0, to)); draw(); };
    const previous = button("back", () => go(step - 1)), next = button("next", () => go(step + 1)), all = button("all", () => go(9));
    const controls = make("div", { class: "controls" });
    root.append(svg, make("div", { class: "row" }, previous, next, all), text, controls);
    for (const name of "abc") controls.append(slider(name, { min: -5, max: 12, step: 0.5, value: v[name] }, (value) => { v[name] = value; draw(); }));
    root.tabIndex = 0;
    root.addEventListener("keydown", (event) => {
      if (event.target !== root) return;
      if (event.key === "ArrowRight") go(step + 1);
      if (event.key === "ArrowLeft") go(step - 1);
    });
    draw();
  });
})();
