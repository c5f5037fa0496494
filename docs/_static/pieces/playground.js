// Playground: scrub through the training of a small network. Every picture was computed by pynn when the page was built.
(function () {
  "use strict";
  const { define, make, choice, slider, button, plot, shade, bytes } = window.pynnPieces;

  // data: {sets: {name: {points: [[x, y, class]]}}, size, epochs: [...], runs: {"moons|tanh|8|1": {maps: [base64], loss: [...], right: [...]}}, choices: {...}}
  define("playground", (root, data) => {
    const state = { set: Object.keys(data.sets)[0], curve: "tanh", width: "8", depth: "1", time: data.epochs.length - 1 };
    const p = plot({ x: [-1.5, 1.5], y: [-1.5, 1.5], width: 320, height: 300, label: "What the network says at each place", ticks: 4 });
    const canvas = make("canvas", { width: data.size, height: data.size });
    const picture = make("image", { x: p.x(-1.5), y: p.y(1.5), width: p.x(1.5) - p.x(-1.5), height: p.y(-1.5) - p.y(1.5), preserveAspectRatio: "none" });
    const dots = make("g");
    p.inside.append(picture, dots);
    const losses = plot({ x: [0, data.epochs[data.epochs.length - 1]], y: [0, 0.8], width: 320, height: 150, label: "loss by epoch", ticks: 5 });
    const line = make("path", { class: "line blue" }), mark = make("circle", { r: 5, class: "handle" });
    losses.inside.append(line, mark);
    const text = make("p", { class: "formula", "aria-live": "polite" });

    function draw() {
      const run = data.runs[[state.set, state.curve, state.width, state.depth].join("|")];
      const map = bytes(run.maps[state.time]), pen = canvas.getContext("2d"), image = pen.createImageData(data.size, data.size);
      map.forEach((value, k) => {
        const [r, g, b] = shade(value).match(/\d+/g);
        image.data.set([r, g, b, 255], 4 * k);
      });
      pen.putImageData(image, 0, 0);
      picture.setAttribute("href", canvas.toDataURL());
      line.setAttribute("d", losses.curve(run.loss.map((v, k) => [data.epochs[k], Math.min(0.8, v)])));
      mark.setAttribute("cx", losses.x(data.epochs[state.time]));
      mark.setAttribute("cy", losses.y(Math.min(0.8, run.loss[state.time])));
      text.textContent = `epoch ${data.epochs[state.time]}: loss ${run.loss[state.time].toFixed(3)}, ${(100 * run.right[state.time]).toFixed(0)} % right`;
    }
    function place() {
      dots.replaceChildren(...data.sets[state.set].map(([a, b, t]) =>
        t ? make("polygon", { points: [[0, -5], [4.5, 4], [-4.5, 4]].map(([u, v]) => `${p.x(a) + u},${p.y(b) + v}`).join(" "), class: "point orange" })
          : make("circle", { cx: p.x(a), cy: p.y(b), r: 4, class: "point blue" })));
    }
    const pick = (name, label) => choice(label, data.choices[name].map((v) => [v, v]), (v) => { state[name] = v; place(); draw(); });
    const rows = [["set", "data"], ["curve", "activation"], ["width", "width"], ["depth", "hidden layers"]].map(([name, label]) => pick(name, label));
    rows.forEach((row, k) => { row.select.value = state[["set", "curve", "width", "depth"][k]]; });
    const time = slider("time", { min: 0, max: data.epochs.length - 1, step: 1, value: state.time, format: (k) => String(data.epochs[k]) }, (v) => { state.time = v; draw(); });
    let timer = 0;
    const play = button("train", () => {
      clearInterval(timer);
      time.input.value = 0;
      time.refresh();
      timer = setInterval(() => {
        time.input.value = Number(time.input.value) + 1;
        time.refresh();
        if (Number(time.input.value) >= data.epochs.length - 1) clearInterval(timer);
      }, 180);
    });
    place();
    root.append(p.svg, make("div", {}, make("div", { class: "controls" }, ...rows, time), make("div", { class: "row" }, play), losses.svg, text));
    draw();
  });
})();
