// Your own digit: draw with the mouse or a finger; a network trained while the page was built says what it is.
(function () {
  "use strict";
  const { define, make, button } = window.pynnPieces;

  // The network of the page, a convolution of 3 × 3 with padding, ReLU, 2 × 2 maxima, twice, then a linear layer.
  function conv(x, n, layer) {  // x: channels of n × n numbers
    return layer.weight.map((kernel, o) => {
      const y = new Float32Array(n * n).fill(layer.bias[o]);
      kernel.forEach((plane, c) => plane.forEach((row, u) => row.forEach((w, v) => {
        for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) {
          const a = i + u - 1, b = j + v - 1;
          if (a >= 0 && a < n && b >= 0 && b < n) y[i * n + j] += w * x[c][a * n + b];
        }
      })));
      return y.map((value) => Math.max(value, 0));
    });
  }
  function pool(x, n) {
    const h = n / 2;
    return x.map((plane) => Float32Array.from({ length: h * h }, (_, k) => {
      const i = 2 * Math.floor(k / h), j = 2 * (k % h);
      return Math.max(plane[i * n + j], plane[i * n + j + 1], plane[(i + 1) * n + j], plane[(i + 1) * n + j + 1]);
    }));
  }
  function classify(data, pixels) {
    let x = pool(conv([pixels], 8, data.layers[0]), 8);
    x = pool(conv(x, 4, data.layers[1]), 4);
    const flat = x.flatMap((plane) => Array.from(plane)), { weight, bias } = data.layers[2];
    const scores = weight.map((row, k) => row.reduce((sum, w, i) => sum + w * flat[i], bias[k]));
    const top = Math.max(...scores), e = scores.map((s) => Math.exp(s - top)), total = e.reduce((a, b) => a + b);
    return e.map((v) => v / total);
  }
  window.pynnPieces.classify = classify;  // compared with pynn by a test

  // The set's digits are 32 × 32 black and white pictures, counted in blocks of 4 × 4 and centred: do the same.
  function shrink(ink, side) {
    let left = side, right = -1, top = side, bottom = -1;
    for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) if (ink[i * side + j]) {
      left = Math.min(left, j); right = Math.max(right, j); top = Math.min(top, i); bottom = Math.max(bottom, i);
    }
    const pixels = new Float32Array(64);
    if (right < 0) return pixels;
    const scale = Math.max(bottom - top + 1, 1.25 * (right - left + 1)) / 32, y0 = (top + bottom + 1) / 2, x0 = (left + right + 1) / 2;
    for (let i = 0; i < 8; i++) for (let j = 0; j < 8; j++) {
      let sum = 0;
      for (let u = 0; u < 8; u++) for (let v = 0; v < 8; v++) {
        const a = Math.floor(y0 + (i * 4 + (u + 0.5) / 2 - 16) * scale), b = Math.floor(x0 + (j * 4 + (v + 0.5) / 2 - 16) * scale);
        if (a >= 0 && a < side && b >= 0 && b < side) sum += ink[a * side + b];
      }
      pixels[i * 8 + j] = sum / 64;
    }
    return pixels;
  }

  define("drawing", (root, data) => {
    const side = 128, canvas = make("canvas", { width: side, height: side, class: "sheet", tabindex: 0, role: "img", "aria-label": "Draw a digit here. With the keyboard: arrows move, space draws." });
    const seen = make("canvas", { width: 8, height: 8, class: "seen", role: "img", "aria-label": "What the network sees, 8 by 8" });
    const bars = make("div", { class: "bars" }), text = make("p", { class: "formula", "aria-live": "polite" });
    const pen = canvas.getContext("2d");
    const rows = Array.from({ length: 10 }, (_, k) => {
      const fill = make("span", { class: "fill" });
      bars.append(make("div", { class: "bar" }, make("span", { class: "digit" }, String(k)), fill));
      return fill;
    });
    let last = null, keys = { x: 64, y: 64, down: false };

    function look() {
      const image = pen.getImageData(0, 0, side, side).data;
      const ink = Uint8Array.from({ length: side * side }, (_, k) => (image[4 * k + 3] > 100 ? 1 : 0));
      const pixels = shrink(ink, side), small = seen.getContext("2d"), view = small.createImageData(8, 8);
      pixels.forEach((v, k) => view.data.set([255 - 255 * v, 255 - 255 * v, 255 - 255 * v, 255], 4 * k));
      small.putImageData(view, 0, 0);
      const p = classify(data, pixels), best = p.indexOf(Math.max(...p)), empty = pixels.every((v) => v === 0);
      rows.forEach((fill, k) => { fill.style.width = `${empty ? 0 : 100 * p[k]}%`; fill.classList.toggle("best", k === best); });
      text.textContent = empty ? "Draw a digit." : `This is a ${best}, with ${(100 * p[best]).toFixed(0)} %.`;
    }
    function stroke(x, y) {
      Object.assign(pen, { lineWidth: 13, lineCap: "round", lineJoin: "round", strokeStyle: "#222222" });
      pen.beginPath();
      pen.moveTo(...(last || [x, y]));
      pen.lineTo(x + 0.01, y);
      pen.stroke();
      last = [x, y];
      look();
    }
    const at = (event) => { const box = canvas.getBoundingClientRect(); return [((event.clientX - box.left) / box.width) * side, ((event.clientY - box.top) / box.height) * side]; };
    canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); last = null; stroke(...at(event)); });
    canvas.addEventListener("pointermove", (event) => event.buttons && stroke(...at(event)));
    canvas.addEventListener("keydown", (event) => {
      const moves = { ArrowLeft: [-6, 0], ArrowRight: [6, 0], ArrowUp: [0, -6], ArrowDown: [0, 6] };
      if (event.key === " ") { keys.down = !keys.down; last = keys.down ? [keys.x, keys.y] : null; if (keys.down) stroke(keys.x, keys.y); }
      else if (moves[event.key]) {
        keys.x = Math.min(side, Math.max(0, keys.x + moves[event.key][0]));
        keys.y = Math.min(side, Math.max(0, keys.y + moves[event.key][1]));
        if (keys.down) stroke(keys.x, keys.y);
      } else return;
      event.preventDefault();
    });
    const clear = button("clear", () => { pen.clearRect(0, 0, side, side); last = null; keys = { x: 64, y: 64, down: false }; look(); });
    root.append(make("div", { class: "row" }, canvas, seen), make("div", {}, bars, text, make("div", { class: "row" }, clear)));
    look();
  });
})();
