// Attention viewer: point at a position, or step with the keyboard, and see where it looks.
(function () {
  "use strict";
  const { define, make, slider } = window.pynnPieces;

  // data: read and wrote, lists of letters; weights, a row for each written letter
  define("attention", (root, data) => {
    const n = data.read.length, step = 34;
    const svg = make("svg", { viewBox: `0 0 ${n * step + 20} 170`, role: "img", "aria-label": "Which letters each position looks at", class: "plot wide" });
    const lines = make("g"), text = make("p", { class: "formula", "aria-live": "polite" });
    const x = (k) => 20 + k * step;
    svg.append(lines, make("text", { x: 4, y: 12 }, "reads"), make("text", { x: 4, y: 166 }, "writes"));
    data.read.forEach((letter, k) => svg.append(make("text", { x: x(k), y: 32, "text-anchor": "middle", class: "letter" }, letter)));
    const boxes = data.wrote.map((letter, k) => {
      const box = make("rect", { x: x(k) - 13, y: 126, width: 26, height: 26, rx: 5, class: "box" });
      svg.append(box, make("text", { x: x(k), y: 145, "text-anchor": "middle", class: "letter" }, letter));
      box.addEventListener("pointerenter", () => go(k));
      box.addEventListener("click", () => go(k));
      return box;
    });

    function draw(k) {
      boxes.forEach((box, i) => box.classList.toggle("active", i === k));
      lines.replaceChildren(...data.weights[k].map((w, j) => make("line", { x1: x(k), y1: 124, x2: x(j), y2: 40, class: "line orange", style: `stroke-width: ${0.3 + 7 * w}; opacity: ${0.12 + 0.88 * w}` })));
      const order = data.weights[k].map((w, j) => [w, j]).sort((a, b) => b[0] - a[0]).slice(0, 3);
      text.textContent = `position ${k + 1} writes “${data.wrote[k]}” and looks at ` + order.map(([w, j]) => `position ${j + 1}, “${data.read[j]}” (${w.toFixed(2)})`).join(", ");
    }
    const go = (k) => { where.input.value = k + 1; where.refresh(); };
    const where = slider("position", { min: 1, max: n, step: 1, value: 1, digits: 0 }, (k) => draw(k - 1));
    root.append(svg, make("div", { class: "controls" }, where), text);
    draw(0);
  });
})();
