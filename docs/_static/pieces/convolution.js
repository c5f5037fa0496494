// Convolution stepper: a kernel moves over a digit; each output is a sum that you can read.
(function () {
  "use strict";
  const { define, make, choice, button, slider, short } = window.pynnPieces;
  const kernels = {
    vertical: ["vertical edges", [-1, 0, 1, -2, 0, 2, -1, 0, 1]],
    horizontal: ["horizontal edges", [-1, -2, -1, 0, 0, 0, 1, 2, 1]],
    blur: ["blur", [1, 1, 1, 1, 1, 1, 1, 1, 1].map((v) => v / 9)],
    sharpen: ["sharpen", [0, -1, 0, -1, 5, -1, 0, -1, 0]],
    identity: ["nothing", [0, 0, 0, 0, 1, 0, 0, 0, 0]],
  };

  // data.digits: pictures, rows of numbers from 0 to 1
  define("convolution", (root, data) => {
    const state = { digit: 0, kernel: "vertical", at: 0 }, size = 8, out = size - 2, cell = 26;
    const outputOf = (k) => {
      const i = Math.floor(k / out), j = k % out, image = data.digits[state.digit], terms = [];
      for (let u = 0; u < 3; u++) for (let w = 0; w < 3; w++) terms.push([kernels[state.kernel][1][u * 3 + w], image[i + u][j + w]]);
      return [terms.reduce((sum, [a, b]) => sum + a * b, 0), terms];
    };
    const svg = make("svg", { viewBox: `0 0 ${cell * (size + 1 + 3 + 1 + out) + 4} ${cell * size + 22}`, role: "img", "aria-label": "input, kernel and output", class: "plot wide" });
    const text = make("p", { class: "formula", "aria-live": "polite" });

    function grid(left, top, rows, columns, value, color, extra = () => ({})) {
      for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
        const number = value(i, j);
        svg.append(make("rect", { x: left + j * cell, y: top + i * cell, width: cell - 1, height: cell - 1, fill: number === null ? "transparent" : color(number), class: "cell", ...extra(i, j) }));
        if (number !== null) svg.append(make("text", { x: left + j * cell + cell / 2, y: top + i * cell + cell / 2 + 3, "text-anchor": "middle", class: color(number).startsWith("rgb(0") ? "light number" : "number" }, String(Math.round(number * 10) / 10).replace("-", "−")));
      }
    }
    const grey = (v) => { const c = Math.round(255 - 150 * v); return `rgb(${c},${c},${c})`; };
    const signed = (v) => { const k = Math.min(1, Math.abs(v) / 4), to = v > 0 ? [120, 180, 225] : [240, 175, 125]; return `rgb(${to.map((c) => Math.round(255 + (c - 255) * k)).join(",")})`; };

    function draw() {
      svg.replaceChildren();
      const i0 = Math.floor(state.at / out), j0 = state.at % out, second = cell * (size + 1), third = cell * (size + 5), down = cell + 18;
      for (const [x, name] of [[0, "input"], [second, "kernel"], [third, "output"]]) svg.append(make("text", { x, y: 12, class: "name" }, name));
      grid(0, 18, size, size, (i, j) => data.digits[state.digit][i][j], grey);
      grid(second, down + cell, 3, 3, (i, j) => kernels[state.kernel][1][i * 3 + j], signed);
      grid(third, down, out, out, (i, j) => (i * out + j <= state.at ? outputOf(i * out + j)[0] : null), signed,
        (i, j) => ({ onclick: () => go(i * out + j) }));
      svg.append(make("rect", { x: j0 * cell, y: 18 + i0 * cell, width: 3 * cell, height: 3 * cell, class: "window" }));
      svg.append(make("rect", { x: third + j0 * cell, y: down + i0 * cell, width: cell, height: cell, class: "window" }));
      const [sum, terms] = outputOf(state.at);
      const used = terms.filter(([a, b]) => a !== 0 && b !== 0);
      text.textContent = used.length ? used.map(([a, b]) => `${short(a)}·${short(b)}`).join(" + ") + ` = ${short(sum)}` : `nothing but zeros: ${short(sum)}`;
      where.input.value = state.at;
    }
    const go = (k) => { state.at = Math.min(out * out - 1, Math.max(0, k)); draw(); };
    const where = slider("step", { min: 0, max: out * out - 1, step: 1, value: 0, digits: 0 }, (v) => { state.at = v; if (svg.isConnected) draw(); });
    const kernel = choice("kernel", Object.entries(kernels).map(([key, [label]]) => [key, label]), (v) => { state.kernel = v; draw(); });
    const digit = choice("digit", data.digits.map((_, k) => [k, String(data.labels[k])]), (v) => { state.digit = Number(v); draw(); });
    root.append(svg, make("div", { class: "controls" }, kernel, digit, where), make("div", { class: "row" }, button("back", () => go(state.at - 1)), button("next", () => go(state.at + 1)), button("all", () => go(out * out - 1))), text);
    draw();
  });
})();
