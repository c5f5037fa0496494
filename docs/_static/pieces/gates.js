// The gates of an LSTM over a sequence: move through time and see which cells write, keep and show.
(function () {
  "use strict";
  const { define, make, slider, plot } = window.pynnPieces;

  // data: value, signal, target, said: numbers by time; i, f, o, c: rows of numbers by time
  define("gates", (root, data) => {
    const steps = data.value.length, cells = data.i[0].length;
    const p = plot({ x: [0, steps - 1], y: [-1.2, 1.2], width: 360, height: 180, label: "What to remember and what the network says", ticks: 5 });
    const now = make("line", { y1: p.y(-1.2), y2: p.y(1.2), class: "marker" });
    p.inside.append(
      make("path", { d: p.curve(data.target.map((v, t) => [t, v])), class: "line truth" }),
      make("path", { d: p.curve(data.said.map((v, t) => [t, v])), class: "line blue" }), now);
    data.signal.forEach((s, t) => s && p.inside.append(make("circle", { cx: p.x(t), cy: p.y(data.value[t]), r: 4.5, class: "point orange" })));
    const bars = make("svg", { viewBox: `0 0 340 ${cells * 22 + 24}`, role: "img", "aria-label": "The gates of each cell at this step", class: "plot" });
    const text = make("p", { class: "formula", "aria-live": "polite" });

    function draw(t) {
      now.setAttribute("x1", p.x(t));
      now.setAttribute("x2", p.x(t));
      bars.replaceChildren();
      [["write (i)", "i", "#d55e00"], ["keep (f)", "f", "#0072b2"], ["show (o)", "o", "#009e73"], ["cell (c)", "c", "#666666"]].forEach(([name, key, color], column) => {
        const left = 6 + column * 84;
        bars.append(make("text", { x: left, y: 12 }, name));
        data[key][t].forEach((v, k) => {
          const y = 20 + k * 22, share = key === "c" ? Math.min(1, Math.abs(v) / 1.5) : v;
          bars.append(make("rect", { x: left, y, width: 70, height: 16, class: "box" }), make("rect", { x: left, y, width: 70 * share, height: 16, fill: color, "fill-opacity": v < 0 ? 0.35 : 0.8 }));
        });
      });
      const mean = (key) => data[key][t].reduce((a, b) => a + b) / cells;
      text.textContent = `step ${t}${data.signal[t] ? " (signal)" : ""}: to remember ${data.target[t].toFixed(2)}, said ${data.said[t].toFixed(2)}; on average the cells write ${mean("i").toFixed(2)} and keep ${mean("f").toFixed(2)}`.replaceAll("-", "−");
    }
    const time = slider("step", { min: 0, max: steps - 1, step: 1, value: 0, digits: 0 }, draw);
    p.svg.addEventListener("pointermove", (event) => { if (event.buttons) { time.input.value = Math.round(p.pointer(event)[0]); time.refresh(); } });
    root.append(make("div", {}, p.svg, make("div", { class: "controls" }, time), text), bars);
    draw(0);
  });
})();
