"use strict";
// What HTML does not do by itself: arrow keys in the matrix, leading to what is folded, pointing in the drawing, the theme.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// The matrix is one stop of the Tab key; inside, the arrow keys move.
const grid = document.getElementById("grid");
const rows = all("tbody tr", grid).map((row) => all("button", row));
const last = rows.length - 1;
const steps = {
  ArrowUp: (y, x) => [y - 1, x],
  ArrowDown: (y, x) => [y + 1, x],
  ArrowLeft: (y, x) => [y, x - 1],
  ArrowRight: (y, x) => [y, x + 1],
  Home: (y) => [y, 0],
  End: (y) => [y, last],
  PageUp: (_, x) => [0, x],
  PageDown: (_, x) => [last, x],
};

function stop(cell) {
  rows.flat().forEach((other) => (other.tabIndex = other === cell ? 0 : -1));
}

grid.setAttribute("role", "grid");
stop(rows[0][0]);
grid.addEventListener("focusin", (event) => stop(event.target));
grid.addEventListener("keydown", (event) => {
  const step = steps[event.key];
  if (!step) return;
  const y = rows.findIndex((row) => row.includes(event.target));
  const [to, x] = step(y, rows[y].indexOf(event.target));
  rows[Math.max(0, Math.min(last, to))][Math.max(0, Math.min(last, x))].focus();
  event.preventDefault();
});

// A link to something folded unfolds it, and everything around it.
function unfold(hash) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (!target) return;
  all(".panel:popover-open").forEach((panel) => panel.hidePopover());
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (target.popover) return target.showPopover();
  target.scrollIntoView();
  (target.querySelector("summary") || target).focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (!link) return;
  event.preventDefault();
  history.replaceState(null, "", link.getAttribute("href"));
  unfold(link.getAttribute("href"));
});
if (location.hash) unfold(location.hash);

// In the drawing, a box shows its own lines, and a line opens its cell.
const drawing = document.getElementById("drawing");
const lines = all(".line", drawing);

function point(kind) {
  drawing.classList.toggle("pointed", Boolean(kind));
  lines.forEach((line) => line.classList.toggle("lit", [line.dataset.from, line.dataset.to].includes(kind)));
}

for (const box of all(".box", drawing)) {
  for (const begin of ["pointerenter", "focus"]) box.addEventListener(begin, () => point(box.dataset.kind));
  for (const end of ["pointerleave", "blur"]) box.addEventListener(end, () => point(""));
}
lines.forEach((line) => line.addEventListener("click", () => document.getElementById(line.dataset.opens).showPopover()));

// The theme follows the system until one is chosen; a page opened as a file may have no storage.
const root = document.documentElement;
const theme = document.getElementById("theme");
const dark = matchMedia("(prefers-color-scheme: dark)");

function remember(chosen) {
  try {
    if (chosen) localStorage.setItem("theme", chosen);
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}

function show(chosen) {
  if (chosen) root.dataset.theme = chosen;
  const isDark = chosen ? chosen === "dark" : dark.matches;
  theme.textContent = isDark ? "Light" : "Dark";
  theme.setAttribute("aria-label", `Show the page ${isDark ? "light" : "dark"}`);
}

theme.hidden = false;
theme.addEventListener("click", () => {
  const chosen = theme.textContent.toLowerCase();
  remember(chosen);
  show(chosen);
});
dark.addEventListener("change", () => show(root.dataset.theme));
show(remember());
