"""What the pages of the built guide are checked for: by a script in the browser, and by their files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Runs in a page, and returns what is wrong with it as sentences, by the name of the check.
# Contrast is WCAG's (2.1, 1.4.3): (L1 + 0.05) / (L2 + 0.05), where L is the relative luminance. Text inside
# of an SVG is left out: what lies behind it is drawn, not known to the style sheet. A picture in a control
# needs no name of its own: the control has one.
CHECKS = """() => {
  const found = {};
  const complain = (check, text) => (found[check] ??= new Set()).add(text);
  const brief = (node) => {
    const tag = node.cloneNode(false).outerHTML ?? node.nodeName;
    return tag.length > 140 ? tag.slice(0, 140) + '…' : tag;
  };
  const main = document.querySelector('[role=main]') ?? document.body;
  const still = document.createElement('style');
  still.textContent = '*, *::before, *::after { transition: none !important; animation: none !important; }';
  document.head.append(still);

  for (const image of document.images) {
    const text = image.alt.trim();
    if (!text || /\\.(png|jpe?g|svg|gif|webp)$/i.test(text) || !/\\p{L}.*\\p{L}/u.test(text))
      complain('text for pictures', `alt="${text}" of ${image.getAttribute('src')}`);
  }
  for (const svg of document.querySelectorAll('svg')) {
    if (svg.parentElement.closest('svg') || !svg.getClientRects().length) continue;
    const control = svg.closest('[aria-hidden=true], button, a, label, summary');
    const named = svg.getAttribute('aria-label')?.trim()
      || [...svg.children].some(child => child.nodeName === 'title' && child.textContent.trim());
    if (!control && !named) complain('text for pictures', `nothing names ${brief(svg)}`);
  }

  const headings = [...main.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(h => h.checkVisibility());
  const ones = headings.filter(h => h.nodeName === 'H1');
  if (ones.length !== 1) complain('headings', `${ones.length} headings of level 1`);
  let before = 0;
  for (const heading of headings) {
    const level = Number(heading.nodeName[1]);
    if (level > before + 1) complain('headings', `from ${before} to ${level}: ${heading.textContent}`);
    before = level;
  }
  if (!document.documentElement.lang) complain('headings', 'the page has no language');

  const controls = 'button, input, select, textarea, a[href], label, summary, canvas';
  for (const control of document.querySelectorAll(controls)) {
    if (control.type === 'hidden' || !control.checkVisibility({ visibilityProperty: true })) continue;
    const ids = control.getAttribute('aria-labelledby')?.split(' ') ?? [];
    const text = [control.getAttribute('aria-label'), control.title, control.placeholder,
      control.control?.getAttribute('aria-label'),
      ...[...control.labels ?? []].map(label => label.textContent),
      ...ids.map(id => document.getElementById(id)?.textContent),
      ...(['INPUT', 'SELECT', 'TEXTAREA'].includes(control.nodeName) ? [] : [control.textContent]),
      ...[...control.querySelectorAll('img')].map(image => image.alt)];
    if (!text.some(part => part?.trim())) complain('controls', `nothing names ${brief(control)}`);
  }

  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide)
    complain('width', `it scrolls to ${document.documentElement.scrollWidth} px`);
  const scrolls = (node) => {  // whether something around it has a scroll bar of its own
    for (let at = node.parentElement; at && at !== main; at = at.parentElement)
      if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(at).overflowX)) return true;
    return false;
  };
  for (const node of main.querySelectorAll('*')) {
    const box = node.getBoundingClientRect();
    if (box.width && box.right > wide + 1 && !node.closest('svg, math') && !scrolls(node))
      complain('width', `reaches to ${Math.round(box.right)} px: ${brief(node)}`);
  }

  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parsed = new Map();
  const rgba = (css) => {
    if (!parsed.has(css)) {
      const simple = css.match(/^rgba?\\(([\\d.]+), ([\\d.]+), ([\\d.]+)(?:, ([\\d.]+))?\\)$/);
      if (simple) parsed.set(css, [+simple[1], +simple[2], +simple[3], Number(simple[4] ?? 1)]);
      else {  // a colour in another notation: painted, and looked at
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = css;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        parsed.set(css, [r, g, b, a / 255]);
      }
    }
    return parsed.get(css);
  };
  const over = (top, below) => {
    const [r, g, b, a] = top;
    return [r, g, b].map((part, k) => part * a + below[k] * (1 - a)).concat(1);
  };
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map(part => part / 255).map(
      part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (theme) => {
    document.body.dataset.theme = theme;
    const behind = new Map([[null, { color: [255, 255, 255, 1], opacity: 1 }]]);
    const background = (node) => {
      if (!behind.has(node)) {
        const [style, { color, opacity }] = [getComputedStyle(node), background(node.parentElement)];
        behind.set(node,
          { color: over(rgba(style.backgroundColor), color), opacity: opacity * Number(style.opacity) });
      }
      return behind.get(node);
    };
    const seen = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      const node = text.parentElement;
      if (!/[^\\s·|¶]/.test(text.data) || seen.has(node)) continue;
      seen.add(node);
      if (node.closest('svg, script, style, noscript, :disabled, .visually-hidden, .headerlink')) continue;
      if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const { color: base, opacity } = background(node);
      const color = rgba(getComputedStyle(node).color).slice();
      color[3] *= opacity;
      const [a, b] = [luminance(over(color, base)), luminance(base)];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.495) {
        const hex = (c) => '#' + c.slice(0, 3).map(v => Math.round(v).toString(16).padStart(2, '0')).join('');
        complain(`contrast, ${theme}`, `${ratio.toFixed(2)}: ${hex(over(color, base))} on ${hex(base)}, ` +
          `"${text.data.trim().slice(0, 30)}" in ${brief(node)}`);
      }
    }
  };
  for (const box of document.querySelectorAll('details')) box.open = true;
  contrast('light');
  contrast('dark');
  return Object.entries(found).flatMap(([check, texts]) => {
    const few = [...texts].slice(0, 8);
    if (texts.size > few.length) few.push(`and ${texts.size - few.length} more`);
    return few.map(text => `${check}: ${text}`);
  });
}"""


@dataclass
class Parts:
    """What a page names: anchors, links, and the files that it loads."""

    anchors: set[str]
    links: list[str]
    loads: list[str]


# The pages are written by one program: no parser is needed, and this takes a tenth of the time.
ANCHOR = re.compile(r"""\s(?:id|name)=["']?([^"'\s>]+)""")
LINK = re.compile(r"""<a\s[^>]*?href=["']([^"']*)["']""")
LOAD = re.compile(
    r"""<(?:link\s(?=[^>]*rel=["']stylesheet)[^>]*?href|(?:img|script)\s[^>]*?src)=["']([^"']+)["']"""
)


@cache
def parts(page: Path) -> Parts:
    """A page of the guide, read once."""
    text = page.read_text(encoding="utf-8")
    found = [[unescape(address) for address in pattern.findall(text)] for pattern in (ANCHOR, LINK, LOAD)]
    return Parts(set(found[0]), found[1], found[2])


def _local(page: Path, address: str) -> tuple[Path, str] | None:
    """The file and the anchor of a link that stays inside of the guide."""
    split = urlsplit(address)
    if split.scheme or split.netloc:
        return None
    file = page if not split.path else (page.parent / unquote(split.path)).resolve()
    return file, unquote(split.fragment)


def weight(page: Path) -> int:
    """Bytes of a page and all that it loads."""
    files = {found[0] for address in parts(page).loads if (found := _local(page, address))}
    return page.stat().st_size + sum(file.stat().st_size for file in files if file.exists())


def broken(page: Path, root: Path) -> list[str]:
    """Links, pictures and scripts of a page that lead nowhere inside of the guide."""
    wrong = []
    for address in [*parts(page).links, *parts(page).loads]:
        target = _local(page, address)
        if target is None or address == "#":
            continue
        file, anchor = target
        if not file.is_relative_to(root) or not file.is_file():
            wrong.append(f"{address}: no such file")
        elif anchor and file.suffix == ".html" and anchor not in parts(file).anchors:
            wrong.append(f"{address}: no such place in {file.name}")
    return sorted(set(wrong))


def pages(root: Path) -> list[Path]:
    """Every page of the built guide; none where it is not built."""
    return sorted(
        path for path in root.rglob("*.html") if not re.search(r"/_(static|sources)/", path.as_posix())
    )
