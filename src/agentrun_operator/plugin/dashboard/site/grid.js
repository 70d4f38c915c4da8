// The table: only the rows that are in view exist, and each is reused for another when it leaves.

import { el, setAttribute, setText } from "./dom.js";
import { bar, track } from "./drawings.js";
import { shares, since, troubled } from "./words.js";

const MORE = 6; // rows above and below those in view

export class Grid {
  constructor(grid, body, onOpen) {
    Object.assign(this, { grid, body, onOpen, items: [], pool: [], cursor: null, chosen: null, height: 58, waiting: false });
    grid.addEventListener("scroll", () => this.refresh(), { passive: true });
    grid.addEventListener("keydown", (event) => this.onKey(event));
    body.addEventListener("click", (event) => this.onClick(event));
    new ResizeObserver(() => this.measure()).observe(grid);
  }

  show(items) {
    this.items = items;
    this.body.style.height = `${Math.max(1, items.length) * this.height}px`;
    this.grid.setAttribute("aria-rowcount", items.length + 1);
    this.refresh();
  }

  measure() {
    this.height = parseFloat(getComputedStyle(this.body).getPropertyValue("--row")) || this.height;
    this.show(this.items);
  }

  refresh() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.draw(); });
  }

  draw() {
    const visible = Math.ceil(this.grid.clientHeight / this.height) + 2 * MORE;
    while (this.pool.length < visible) this.pool.push(this.newRow());
    const first = Math.max(0, Math.floor(this.grid.scrollTop / this.height) - MORE);
    const size = this.pool.length;
    for (let place = first; place < first + size; place += 1) this.put(this.pool[place % size], place);
    const at = this.cursorPlace();
    if (at >= first && at < first + size) this.grid.setAttribute("aria-activedescendant", `row-${at}`);
    else this.grid.removeAttribute("aria-activedescendant");
  }

  newRow() {
    const cells = new Cells();
    const made = { element: el("div", { class: "row", role: "row" }, ...cells.all), cells, row: null, place: -1 };
    this.body.append(made.element);
    return made;
  }

  put(slot, place) {
    const row = this.items[place];
    slot.element.hidden = !row;
    if (!row) { slot.row = null; return; }
    slot.element.style.transform = `translateY(${place * this.height}px)`;
    if (slot.place !== place) {
      slot.place = place;
      slot.element.id = `row-${place}`;
      slot.element.setAttribute("aria-rowindex", place + 2);
    }
    if (slot.row !== row) { slot.row = row; slot.cells.show(row); }
    setText(slot.cells.since, since(row.since));
    setAttribute(slot.element, "data-troubled", troubled(row) ? "yes" : "no");
    setAttribute(slot.element, "aria-selected", String(row.key === this.chosen));
    slot.element.classList.toggle("cursor", row.key === this.cursor);
  }

  cursorPlace() { return this.cursor === null ? -1 : this.items.findIndex((each) => each.key === this.cursor); }

  choose(key) { this.chosen = key; if (key) this.cursor = key; this.refresh(); }

  moveTo(place) {
    const row = this.items[Math.min(this.items.length - 1, Math.max(0, place))];
    if (!row) return;
    this.cursor = row.key;
    const top = this.cursorPlace() * this.height, room = this.grid.clientHeight - this.body.offsetTop;
    if (top < this.grid.scrollTop) this.grid.scrollTop = top;
    else if (top + this.height > this.grid.scrollTop + room) this.grid.scrollTop = top + this.height - room;
    this.refresh();
    if (this.chosen) this.onOpen(row.key);
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.cursorPlace(), page = Math.max(1, Math.floor(this.grid.clientHeight / this.height) - 1);
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: this.items.length - 1 }[event.key];
    if (to !== undefined) { event.preventDefault(); this.moveTo(to); }
    else if ((event.key === "Enter" || event.key === " ") && at >= 0) { event.preventDefault(); this.onOpen(this.cursor, true); }
  }

  onClick(event) {
    const slot = this.pool.find((each) => each.element.contains(event.target));
    if (slot?.row) { this.cursor = slot.row.key; this.onOpen(slot.row.key); }
  }
}

const dash = (text) => (text === "-" ? "–" : text);

// A row's parts stay when it shows another object: only what differs is touched.
class Cells {
  constructor() {
    const cell = (name, ...content) => el("span", { class: `c-${name}`, role: "gridcell" }, ...content);
    Object.assign(this, { title: el("b"), place: el("small"), mark: el("span", { class: "mark", "aria-hidden": "true" }), word: new Text() });
    Object.assign(this, { state: el("span", {}, this.mark, this.word), drawn: {} });
    Object.assign(this, { traffic: cell("traffic"), rollout: cell("rollout"), instances: cell("instances"), since: cell("since"), why: cell("why") });
    this.all = [cell("name", this.title, this.place), cell("state", this.state), this.traffic, this.rollout, this.instances, this.since, this.why];
  }

  show(row) {
    setText(this.title, row.name);
    this.title.title = row.name;
    setText(this.place, `${row.namespace} · ${row.runtime}`);
    this.state.className = `pill ${row.style || "grey"}`;
    setText(this.mark, row.mark);
    if (this.word.data !== row.word) this.word.data = row.word;
    setText(this.instances, dash(row.instances));
    setText(this.why, dash(row.why));
    this.why.title = row.message || row.why;
    this.draw("traffic", row.shares.join(), () => (row.shares.length ? [bar(row.shares), el("div", { class: "numbers" }, shares(row))] : [none()]));
    this.draw("rollout", JSON.stringify(row.rollout), () => (row.rollout ? [track(row.rollout), el("small", { title: row.rollout.summary }, row.rollout.summary || "at rest")] : [none()]));
  }

  draw(name, what, drawing) {
    if (this.drawn[name] === what) return;
    this.drawn[name] = what;
    this[name].replaceChildren(...drawing());
  }
}

const none = () => el("span", { class: "none" }, "–");
