// Optimizer race: click where to start, set the rate, and watch five rules run down the same surface.
(function () {
  "use strict";
  const { define, make, slider, choice, button, plot } = window.pynnPieces;

  // name: [label, height, gradient, x range, y range, start, rate]
  const surfaces = {
    ravine: ["ravine", (x, y) => 0.5 * (x * x + 25 * y * y), (x, y) => [x, 25 * y], [-11, 4], [-3, 3], [-10, 1.6], 0.03],
    banana: [
      "Rosenbrock's banana", (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
      (x, y) => [2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)], [-2, 2], [-1, 3], [-1.2, 2], 0.001,
    ],
    saddle: ["saddle", (x, y) => 0.25 * y ** 4 + 0.5 * x * x - y * y + 1, (x, y) => [x, y ** 3 - 2 * y], [-2, 2], [-2, 2], [1.8, 0.001], 0.05],
  };
  // Each: one step from (w, g, s, lr, t), s remembers. The formulas are those of the chapter.
  const rules = {
    SGD: (w, g, s, lr) => w - lr * g,
    momentum: (w, g, s, lr) => w - lr * (s.v = 0.9 * (s.v || 0) + g),
    AdaGrad: (w, g, s, lr) => { s.s = (s.s || 0) + g * g; return w - (lr * g) / (Math.sqrt(s.s) + 1e-10); },
    RMSprop: (w, g, s, lr) => { s.s = 0.99 * (s.s || 0) + 0.01 * g * g; return w - (lr * g) / (Math.sqrt(s.s) + 1e-8); },
    Adam: (w, g, s, lr, t) => {
      s.m = 0.9 * (s.m || 0) + 0.1 * g;
      s.v = 0.999 * (s.v || 0) + 0.001 * g * g;
      return w - (lr * s.m) / (1 - 0.9 ** t) / (Math.sqrt(s.v / (1 - 0.999 ** t)) + 1e-8);
    },
  };
  const looks = { SGD: "blue", momentum: "orange", AdaGrad: "pink", RMSprop: "grey", Adam: "green" };

  function run(surface, rule, start, lr, steps) {
    const [, , gradient] = surfaces[surface], state = [{}, {}], path = [start];
    let w = start;
    for (let t = 1; t <= steps; t++) {
      const g = gradient(...w);
      w = w.map((v, i) => rules[rule](v, g[i], state[i], lr, t));
      if (!w.every(Number.isFinite)) break;
      path.push(w);
    }
    return path;
  }
  window.pynnPieces.race = run;  // compared with pynn.optim by a test

  define("race", (root) => {
    const state = { surface: "ravine", start: null, log: null, steps: 60 };
    const holder = make("div"), standings = make("p", { class: "formula", "aria-live": "polite" });
    let timer = 0, shown = 0, p = null, paths = null;

    function ground() {  // drawn once for each surface; a step of the race draws only the paths
      const [label, height, , xs, ys] = surfaces[state.surface];
      p = plot({ width: 420, height: 280, x: xs, y: ys, label: `Paths on the surface: ${label}` });
      const n = 40, values = [];
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++)
        values.push([i, j, height(xs[0] + ((i + 0.5) / n) * (xs[1] - xs[0]), ys[0] + ((j + 0.5) / n) * (ys[1] - ys[0]))]);
      const low = Math.min(...values.map((v) => v[2])), logs = values.map((v) => Math.log(v[2] - low + 0.05));
      const from = Math.min(...logs), to = Math.max(...logs);
      const w = (p.x(xs[1]) - p.x(xs[0])) / n, h = (p.y(ys[0]) - p.y(ys[1])) / n;
      values.forEach(([i, j], k) => {
        const level = Math.round(12 * ((logs[k] - from) / (to - from))) / 12;
        p.inside.append(make("rect", { x: p.x(xs[0]) + i * w, y: p.y(ys[0]) - (j + 1) * h, width: w + 0.5, height: h + 0.5, class: "height", "fill-opacity": 0.08 + 0.5 * level }));
      });
      paths = make("g");
      p.inside.append(paths);
      p.svg.addEventListener("pointerdown", (event) => { state.start = p.pointer(event); play(); });
      holder.replaceChildren(p.svg);
    }
    function draw(upTo) {
      const height = surfaces[state.surface][1], results = [];
      paths.replaceChildren();
      for (const [name, look] of Object.entries(looks)) {
        const path = run(state.surface, name, state.start, 10 ** state.log, upTo);
        const inside = path.filter(([a, b]) => Math.abs(a) < 1e3 && Math.abs(b) < 1e3);
        const [a, b] = inside[inside.length - 1];
        paths.append(make("path", { d: p.curve(inside), class: `line ${look}` }), make("circle", { cx: p.x(a), cy: p.y(b), r: 5, class: `runner ${look}` }));
        results.push([name, path.length <= upTo ? Infinity : height(...path[path.length - 1])]);
      }
      results.sort((a, b) => a[1] - b[1]);
      standings.replaceChildren(make("span", {}, `after ${upTo} steps: `));
      for (const [name, value] of results) standings.append(make("span", { class: `key ${looks[name]}` }, `${name} ${Number.isFinite(value) ? value.toPrecision(2) : "flew out"}`), " ");
    }
    function play() {
      clearInterval(timer);
      shown = 0;
      if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return draw((shown = state.steps));
      timer = setInterval(() => { shown += 2; draw(shown); if (shown >= state.steps) clearInterval(timer); }, 50);
    }
    const rate = slider("learning rate", { min: -4, max: 0, step: 0.1, value: -1.5, format: (v) => (10 ** v).toPrecision(2) }, (v) => { state.log = v; if (state.start) draw(shown || state.steps); });
    const steps = slider("steps", { min: 10, max: 400, step: 10, value: 60, digits: 0 }, (v) => { state.steps = v; shown = v; if (state.start) draw(v); });
    function choose(name) {
      state.surface = name;
      ground();
      state.start = surfaces[name][5];
      rate.input.value = Math.log10(surfaces[name][6]);
      rate.refresh();
    }
    const which = choice("surface", Object.entries(surfaces).map(([key, [label]]) => [key, label]), choose);
    root.append(holder, make("div", {}, make("div", { class: "controls" }, which, rate, steps), make("div", { class: "row" }, button("race", play)), standings, make("p", { class: "note" }, "Click on the surface to start from there.")));
    choose("ravine");
  });
})();
