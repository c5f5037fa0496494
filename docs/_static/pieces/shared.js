// What the interactive pieces share. A piece is a custom element; the data that pynn computed for it stands inside as JSON.
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const SVG_TAGS = new Set(["svg", "g", "path", "line", "circle", "rect", "text", "polyline", "polygon", "image", "title", "tspan"]);

  // make("circle", {r: 3, class: "dot"}, child, ...) — an HTML or SVG element.
  function make(tag, attributes = {}, ...children) {
    const node = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
    set(node, attributes);
    node.append(...children);
    return node;
  }

  function set(node, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value);
    }
    return node;
  }

  // define("neuron", (root, data) => ...) — the element <pynn-neuron>. What stood inside, for readers without scripts, goes.
  function define(name, build) {
    customElements.define("pynn-" + name, class extends HTMLElement {
      connectedCallback() {
        if (this.dataset.ready) return;
        const script = this.querySelector("script[type='application/json']");
        const data = script ? JSON.parse(script.textContent) : null;
        this.replaceChildren();
        this.classList.add("piece");
        build(this, data);
        this.dataset.ready = "yes";
      }
    });
  }

  // A labelled slider: the keyboard works because it is an ordinary input.
  function slider(label, { min, max, step, value, digits = 1, format = (v) => v.toFixed(digits) }, changed) {
    const shown = make("output");
    const input = make("input", { type: "range", min, max, step, value, "aria-label": label });
    const show = () => { shown.textContent = format(Number(input.value)).replace("-", "−"); };
    const update = () => {
      show();
      changed(Number(input.value));
    };
    input.addEventListener("input", update);
    show();
    const row = make("label", { class: "slider" }, make("span", {}, label), input, shown);
    row.input = input;
    row.refresh = update;
    return row;
  }

  function choice(label, options, changed) {
    const select = make("select", { "aria-label": label });
    for (const [value, text] of options) select.append(make("option", { value }, text));
    select.addEventListener("change", () => changed(select.value));
    const row = make("label", { class: "choice" }, make("span", {}, label), select);
    row.select = select;
    return row;
  }

  function button(text, pressed) {
    return make("button", { type: "button", onclick: pressed }, text);
  }

  // A plot with axes: x and y map data to pixels, pointer(event) goes back. `names` stand at 0, 1, ... of x in place of numbers.
  function plot({ width = 320, height = 240, x: [x0, x1], y: [y0, y1], label, ticks = 5, names = null }) {
    const margin = 28;
    const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "plot" });
    const x = (v) => margin + ((v - x0) / (x1 - x0)) * (width - margin - 8);
    const y = (v) => height - 20 - ((v - y0) / (y1 - y0)) * (height - 28);
    const inside = make("g");
    const axes = make("g", { class: "axes" });
    for (let k = 0; k < ticks; k++) {
      const a = x0 + ((x1 - x0) * k) / (ticks - 1), b = y0 + ((y1 - y0) * k) / (ticks - 1);
      axes.append(
        make("line", { x1: x(a), x2: x(a), y1: y(y0), y2: y(y1), class: "grid" }),
        make("line", { x1: x(x0), x2: x(x1), y1: y(b), y2: y(b), class: "grid" }),
        make("text", { x: x(a), y: height - 6, "text-anchor": "middle" }, names ? "" : short(a)),
        make("text", { x: margin - 4, y: y(b) + 3, "text-anchor": "end" }, short(b)),
      );
    }
    (names ?? []).forEach((name, k) => axes.append(make("text", { x: x(k), y: height - 6, "text-anchor": "middle" }, String(name))));
    svg.append(axes, inside);
    const pointer = (event) => {
      const box = svg.getBoundingClientRect();
      const px = ((event.clientX - box.left) / box.width) * width, py = ((event.clientY - box.top) / box.height) * height;
      return [x0 + ((px - margin) / (width - margin - 8)) * (x1 - x0), y0 + ((height - 20 - py) / (height - 28)) * (y1 - y0)];
    };
    const curve = (points) => points.map(([a, b], k) => `${k ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
    return { svg, inside, x, y, pointer, curve };
  }

  function short(v) {
    return String(Math.round(v * 100) / 100).replace("-", "−");
  }

  // Blue for negative or class 0, white in the middle, orange for positive or class 1; the guide's figures do the same.
  function shade(t) {
    const to = t < 0.5 ? [158, 202, 232] : [245, 195, 155], k = Math.min(1, Math.abs(t - 0.5) * 2);
    return `rgb(${to.map((c) => Math.round(255 + (c - 255) * k)).join(",")})`;
  }

  // Bytes written as base64, as numbers from 0 to 1.
  function bytes(text) {
    return Float32Array.from(atob(text), (c) => c.charCodeAt(0) / 255);
  }

  window.pynnPieces = { make, set, define, slider, choice, button, plot, shade, short, bytes };
})();
