// Puts the page together: the feed changes the model, and the model is drawn at most once a frame.

import { setText } from "./dom.js";
import { Detail } from "./detail.js";
import { follow } from "./feed.js";
import { Grid } from "./grid.js";
import { Model } from "./model.js";
import { clock, troubled } from "./words.js";

const at = (id) => document.getElementById(id);
const model = new Model();
const grid = new Grid(at("grid"), at("rows"), open);
const detail = new Detail(at("detail"), close);
let due = false;

function redraw() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => { due = false; draw(); });
}

function draw() {
  const all = model.all, shown = model.shown, problems = all.filter(troubled).length;
  grid.show(shown);
  const filtered = shown.length === all.length ? "" : ` of ${all.length.toLocaleString()}`;
  setText(at("count"), `${shown.length.toLocaleString()}${filtered} ${all.length === 1 ? "endpoint" : "endpoints"}`);
  setText(at("problems").querySelector("b"), String(problems));
  at("problems").setAttribute("aria-label", `Only problems: ${problems}`);
  document.title = `${problems ? `(${problems}) ` : ""}AgentRun endpoints`;
  at("empty").hidden = shown.length > 0;
  setText(at("empty"), all.length ? "No endpoint is like this. Escape shows all again." : "There are no endpoints here yet.");
  offerNamespaces(model.namespaces);
}

function offerNamespaces(names) {
  const select = at("namespace"), wanted = ["", ...names];
  select.parentElement.hidden = names.length < 2 && !model.namespace;
  if (wanted.join("\n") === [...select.options].map((each) => each.value).join("\n")) return;
  select.replaceChildren(...wanted.map((name) => new Option(name || "all namespaces", name, false, name === model.namespace)));
}

function open(key, byKeyboard = false) {
  history.replaceState(null, "", `#${encodeURIComponent(key)}`);
  grid.choose(key);
  detail.open(key);
  if (byKeyboard) at("detail").focus();
}

// The endpoint that the address names, so that a line to it can be kept.
function openNamed() {
  const key = decodeURIComponent(location.hash.slice(1));
  if (key.includes("/")) open(key);
}

function close() {
  history.replaceState(null, "", location.pathname);
  detail.close();
  grid.choose(null);
  at("grid").focus();
}

function tellLink({ live, asOf, why }) {
  at("link").dataset.live = live ? "yes" : "no";
  setText(at("link"), live ? "● Live" : `▲ Stale: as of ${clock(asOf)}. ${why}`);
}

function filter(text) { model.text = text; redraw(); }

function onKey(event) {
  const typing = event.target === at("filter");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); at("filter").focus(); at("filter").select(); }
  else if (event.key === "Escape") escape(typing);
  else if (event.target === document.body && /^(Arrow|Page|Home|End)/.test(event.key)) { at("grid").focus(); grid.onKey(event); }
  else if (typing && (event.key === "ArrowDown" || event.key === "Enter")) { event.preventDefault(); at("grid").focus(); grid.moveTo(0); }
}

// What was opened last is closed first: the endpoint, then the filters.
function escape(typing) {
  if (detail.key && !typing) close();
  else {
    at("filter").value = model.text = model.namespace = "";
    at("namespace").value = "";
    model.problemsOnly = false;
    at("problems").setAttribute("aria-pressed", "false");
    at("grid").focus();
    redraw();
  }
}

at("filter").addEventListener("input", (event) => filter(event.target.value));
at("namespace").addEventListener("change", (event) => { model.namespace = event.target.value; redraw(); });
at("problems").addEventListener("click", () => {
  model.problemsOnly = !model.problemsOnly;
  at("problems").setAttribute("aria-pressed", String(model.problemsOnly));
  redraw();
});
document.addEventListener("keydown", onKey);
setInterval(redraw, 1000); // times go on

fetch("scope").then((answer) => answer.json()).then(({ scope }) => setText(at("scope"), scope)).catch(() => {});
addEventListener("hashchange", openNamed);
openNamed();
follow({
  begin: () => model.begin(),
  complete: () => { model.complete(); redraw(); },
  rows: (news) => { model.take(news); redraw(); detail.changed(new Set([...news.rows.map((each) => each.key), ...news.gone])); },
  link: tellLink,
});
