// One endpoint: asked for when its row changes, and every few seconds, since it tells of times.

import { become, el } from "./dom.js";
import { evidence, phase, pill, split, steps } from "./drawings.js";
import { since } from "./words.js";

const AGAIN = 5000; // milliseconds
const EVENTS_AGAIN = 10000;
const MARKS = { True: ["✓", "green"], False: ["✗", "red"], Unknown: ["?", "yellow"] };
const GOOD_WHEN_FALSE = new Set(["Stalled", "Drifted"]);

export class Detail {
  constructor(panel, onClose) {
    Object.assign(this, { panel, onClose, key: null, sheet: null, events: null, gone: false, eventsAt: 0, asking: false });
    panel.addEventListener("click", (event) => this.onClick(event));
    setInterval(() => this.look(), AGAIN);
  }

  open(key) {
    if (this.key === key) return;
    Object.assign(this, { key, sheet: null, events: null, gone: false, eventsAt: 0 });
    this.panel.hidden = false;
    this.panel.setAttribute("aria-label", key);
    this.panel.scrollTop = 0;
    this.draw();
    this.look();
  }

  close() {
    this.key = null;
    this.panel.hidden = true;
  }

  // What has changed in a row has changed here too.
  changed(keys) { if (keys.has(this.key)) { this.eventsAt = 0; this.look(); } }

  async look() {
    const key = this.key;
    if (!key || document.hidden) return;
    const sheet = await asked("object", key);
    if (key !== this.key || sheet === undefined) return;
    this.gone = sheet === null;
    this.sheet = sheet ?? this.sheet;
    this.draw();
    if (!this.gone && Date.now() >= this.eventsAt) await this.lookForEvents(key);
  }

  async lookForEvents(key) {
    if (this.asking) return;
    this.asking = true;
    this.eventsAt = Date.now() + EVENTS_AGAIN;
    const found = await asked("events", key);
    this.asking = false;
    if (key !== this.key) { this.look(); return; }
    this.events = found?.lines ?? this.events;
    this.draw();
  }

  draw() {
    const wanted = this.panel.cloneNode(false);
    wanted.append(...this.parts());
    become(this.panel, wanted);
  }

  parts() {
    const [namespace, ...name] = this.key.split("/");
    const close = el("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
    const head = el("header", {}, el("div", {}, el("h2", { tabindex: "-1" }, name.join("/")), el("small", {}, `namespace ${namespace}`)), close);
    if (!this.sheet) return [head, el("p", {}, this.gone ? "This endpoint's object is gone." : "Looking …")];
    return [head, ...drawn(this.sheet, this.events, this.gone)];
  }

  async onClick(event) {
    if (event.target.closest(".close")) { this.onClose(); return; }
    const button = event.target.closest("button[data-line]");
    if (!button) return;
    const done = await copied(button.dataset.line, button.previousElementSibling);
    button.textContent = done ? "✓ Copied" : "Selected";
  }
}

async function copied(line, shown) {
  try {
    await navigator.clipboard.writeText(line);
    return true;
  } catch {
    getSelection().selectAllChildren(shown);
    return false;
  }
}

// The answer; null: there is no such object; undefined: nobody answered, which the page's head tells.
async function asked(what, key) {
  try {
    const answer = await fetch(`${what}?of=${encodeURIComponent(key)}`);
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

function drawn(sheet, events, gone) {
  const { facts, about, conditions, rollout, sections, next, commands } = sheet;
  const todo = sections.find((each) => each.title === "What to do");
  return [
    gone && el("p", { class: "callout" }, "This endpoint's object is gone. This is how it was."),
    el("p", { class: "state" }, pill(facts), el("span", {}, `for ${since(facts.since)}`), facts.why === "-" ? "" : el("span", {}, facts.why)),
    facts.message && el("p", { class: "said" }, facts.message),
    ...section("Traffic", split(facts.shares)),
    ...(facts.rollout ? section("Rollout", ...rolling(facts.rollout, rollout)) : []),
    ...(todo ? section(todo.title, list(todo.lines, "callout")) : []),
    ...section("Next", el("p", {}, next), ...commands.filter(({ what }) => !what).map(following)),
    ...section("In a terminal", el("div", { class: "commands" }, ...commands.filter(({ what }) => what).map(command))),
    ...section("Conditions", el("ul", { class: "conditions" }, ...conditions.map(condition))),
    ...sections.filter((each) => each !== todo).flatMap((each) => section(each.title, list(each.lines))),
    ...section("Events", happened(events)),
    ...section("About", list(about)),
  ].filter(Boolean);
}

const section = (title, ...content) => [el("h3", {}, title), ...content];

function list(lines, kind) {
  const parts = lines.flatMap(({ label, text, style }) => [el("dt", {}, label), el("dd", { class: style || null }, ...marked(text))]);
  return el("dl", { class: kind }, ...parts);
}

function rolling(course, lines) {
  const versions = course.canary ? `${course.stable || "–"} → ${course.canary}` : `version ${course.stable || "–"}`;
  const told = lines.filter(({ label }) => !["phase", "versions", "stable"].includes(label));
  const head = el("p", { class: "versions" }, versions, phase(course));
  return [head, steps(course), told.length ? list(told) : null, course.checks.length ? evidence(course.checks) : null].filter(Boolean);
}

function condition({ type, status, reason, message, since: moment }) {
  const [mark, style] = MARKS[GOOD_WHEN_FALSE.has(type) ? { True: "False", False: "True" }[status] ?? status : status] ?? ["?", "yellow"];
  const said = el("p", {}, el("b", {}, type), ` ${status} · ${reason}, for ${since(moment)}`);
  return el("li", {}, el("span", { class: `mark ${style}`, "aria-hidden": "true" }, mark), el("div", {}, said, message ? el("p", { class: "message" }, message) : null));
}

function happened(events) {
  if (events === null) return el("p", {}, "Looking …");
  if (!events.length) return el("p", {}, "None are kept.");
  const lines = [...events].reverse().map(({ label, text, style }) => el("li", { class: style || null }, el("time", {}, label), el("span", {}, text)));
  return el("ul", { class: "events" }, ...lines);
}

const following = ({ line }) => el("div", { class: "following" }, copyable(line));
const command = ({ what, line }) => el("div", {}, el("small", {}, what), copyable(line));

function copyable(line) {
  const copy = el("button", { type: "button", "data-line": line, "aria-label": `Copy: ${line}` }, "Copy");
  return el("div", { class: "copy" }, el("code", {}, line), copy);
}

// What stands between backticks is what somebody types or reads in an object.
function marked(text) {
  return text.split("`").map((part, place) => (place % 2 ? el("code", {}, part) : part));
}
