"use strict";
(() => {
  const steps = JSON.parse(document.getElementById("data").textContent).steps;
  const at = (id) => document.getElementById(id);
  const panel = at("panel"), slider = at("slider"), graph = at("graph");
  let now = 0;

  // element("div", "card", child, "text", ...)
  function element(tag, name, ...children) {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  }

  // Orange above zero, blue below: the stronger, the further from zero.
  function tint(value, largest) {
    if (typeof value !== "number" || !largest || !value) return "";
    const share = Math.min(1, Math.abs(value) / largest);
    return `rgba(var(--${value > 0 ? "warm" : "cool"}),calc(${share.toFixed(3)} * var(--strong)))`;
  }

  // All numbers of a small tensor, a heat map of a large one.
  function numbers(data) {
    const largest = Math.max(0, ...data.rows.flat().map((v) => (typeof v === "number" ? Math.abs(v) : 0)));
    const table = element("table", data.whole ? "" : "map");
    for (const row of data.rows) {
      const line = table.insertRow();
      for (const value of row) {
        const cell = line.insertCell();
        cell.style.background = tint(value, largest);
        if (data.whole) cell.textContent = value;
        else cell.title = value;
      }
    }
    if (!data.whole) {
      table.setAttribute("role", "img");
      table.setAttribute("aria-label", `heat map of a tensor of shape ${data.shape}: ${data.summary}`);
    }
    const few = data.whole && data.rows.flat().length <= 4;
    return [element("div", "soft", data.shape), few ? null : element("div", "soft facts", data.summary),
      data.rows.length ? table : null];
  }

  function card(title, data) {
    return element("div", "card", element("h3", "", title), ...(data ? numbers(data).filter(Boolean) : ["not recorded"]));
  }
  const sign = (text) => element("span", "sign", text);
  const named = (input) =>
    input.argument && input.argument !== input.name ? `${input.argument} = ${input.name}` : input.name;

  function forward(step) {
    const cards = element("div", "cards", ...step.inputs.map((input) => card(named(input), input.numbers)));
    const options = Object.entries(step.options).map(([name, value]) => `${name} = ${value}`).join(", ");
    const made = element("div", "cards", sign("→"), ...step.outputs.map((out) => card(out.name, out.numbers)));
    return [options ? element("p", "soft", options) : null, cards, made];
  }

  function backward(step) {
    const parts = [];
    for (const input of step.inputs) {
      const cards = element("div", "cards");
      step.incoming.forEach((dy, k) => {
        if (dy) cards.append(card(`incoming: ∂/∂${step.names[k] || "output"}`, dy));
      });
      if (input.local) {
        const each = input.local.kind === "each";
        cards.append(sign(each ? "×" : "@"), card(each ? "local derivative" : "local: Jacobian", input.local.numbers));
        cards.append(sign("="));
      } else cards.append(sign("→"));
      cards.append(card(`outgoing: ∂/∂${named(input)}`, input.outgoing));
      parts.push(element("h3", "", `to ${named(input)}`), cards);
      if (input.error)
        parts.push(element("p", "check", `incoming × local and outgoing differ by ${input.error} at most.`));
    }
    return parts;
  }

  function optimizer(step) {
    const options = Object.entries(step.options).map(([name, value]) => `${name} = ${value}`).join(", ");
    return [
      element("p", "soft", options),
      ...step.updates.map((update) =>
        element("div", "cards", card(`${update.name} before`, update.before), sign("→"), card("after", update.after))),
    ];
  }

  function mark(step) {
    const done = new Set(), position = now;
    steps.forEach((other, k) => { if (k <= position && other.kind === "forward") done.add(other.node); });
    const values = new Set((step.inputs || []).map((input) => String(input.value)));
    for (const box of graph.querySelectorAll(".box")) {
      box.classList.toggle("now", box.id === step.node);
      box.classList.toggle("later", box.classList.contains("op") && !done.has(box.id) && box.id !== step.node);
    }
    for (const edge of graph.querySelectorAll(".edge"))
      edge.classList.toggle("hot", edge.dataset.to === step.node && values.has(edge.dataset.value));
    graph.className = step.kind;
    const box = step.node && at(step.node);
    if (!box) return;
    const inner = box.getBoundingClientRect(), outer = graph.getBoundingClientRect();
    if (inner.top < outer.top || inner.bottom > outer.bottom || inner.left < outer.left || inner.right > outer.right)
      graph.scrollBy(
        inner.left + inner.width / 2 - outer.left - outer.width / 2,
        inner.top + inner.height / 2 - outer.top - outer.height / 2);
  }

  function show(k) {
    if (!steps.length) return;
    now = Math.max(0, Math.min(steps.length - 1, k));
    const step = steps[now];
    const head = element("h2", "", element("span", `kind ${step.kind}`, step.kind), [...step.within, step.op].join(" › "));
    const facts = [step.path && `in ${step.path}`, step.time, step.bytes].filter(Boolean).join(" · ");
    const parts = { forward, backward, optimizer }[step.kind](step);
    panel.replaceChildren(
      ...[
        head,
        element("div", "soft", facts),
        step.code ? element("div", "soft", `${step.where}: `, element("code", "", step.code)) : null,
        step.rule ? element("div", "rule", step.rule) : null,
        ...parts,
      ].filter(Boolean));
    slider.value = now;
    at("count").textContent = `${now + 1} of ${steps.length}`;
    history.replaceState(null, "", `#step=${now + 1}`);
    mark(step);
  }

  const turn = steps.findIndex((step) => step.kind === "backward");
  const goes = {
    first: () => show(0), back: () => show(now - 1), next: () => show(now + 1),
    last: () => show(steps.length - 1), turn: () => show(turn < 0 ? now : turn),
    theme: () => {
      const root = document.documentElement;
      root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    },
  };
  for (const [id, go] of Object.entries(goes)) at(id).addEventListener("click", go);
  at("turn").hidden = turn < 0;
  const keys = {
    ArrowRight: "next", ArrowDown: "next", ArrowLeft: "back", ArrowUp: "back", Home: "first", End: "last",
    b: "turn", d: "theme",
  };
  document.addEventListener("keydown", (event) => {
    if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey || event.target === slider) return;
    event.preventDefault();
    goes[keys[event.key]]();
  });
  slider.max = Math.max(0, steps.length - 1);
  slider.addEventListener("input", () => show(Number(slider.value)));
  graph.addEventListener("click", (event) => {
    const box = event.target.closest(".box");
    if (!box) return;
    const kind = steps[now] ? steps[now].kind : "forward";
    let found = steps.findIndex((step) => step.node === box.id && step.kind === kind);
    if (found < 0) found = steps.findIndex((step) => step.node === box.id);
    if (found >= 0) show(found);
  });
  if (matchMedia("(prefers-color-scheme: dark)").matches) document.documentElement.dataset.theme = "dark";
  const wanted = /step=(\d+)/.exec(location.hash);
  if (steps.length) show(wanted ? Number(wanted[1]) - 1 : 0);
  else panel.textContent = "Nothing ran in this trace.";
})();
