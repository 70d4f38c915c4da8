// What is drawn: states, the split of the traffic, the steps of a rollout. Words stand beside each drawing.

import { el } from "./dom.js";
import { duration } from "./words.js";

const STEP_MARKS = { done: "✓", back: "✗", here: "", todo: "", rest: "" };
const STEP_WORDS = { done: "done", back: "taken back", here: "here", todo: "to come", rest: "" };

export function pill(row) {
  return el("span", { class: `pill ${row.style || "grey"}` }, el("span", { class: "mark", "aria-hidden": "true" }, row.mark), row.word);
}

export function bar(shares) {
  const drawn = el("div", { class: "bar", "aria-hidden": "true" });
  shares.forEach(([, percent], place) => {
    if (percent > 0) drawn.append(segment(place, percent));
  });
  return drawn;
}

function segment(place, percent) {
  const part = el("i", { class: `s${place}` });
  part.style.flex = `${percent} 0 0`;
  return part;
}

export function split(shares) {
  if (!shares.length) return el("p", { class: "said" }, "No endpoint was seen yet.");
  const named = shares.map(([version, percent], place) => {
    const key = el("div", { class: "bar", "aria-hidden": "true" }, segment(place, 1));
    return el("li", {}, key, el("span", {}, "version ", el("b", {}, version), ` ${percent}%`));
  });
  return el("div", { class: "split" }, bar(shares), el("ul", {}, ...named));
}

// The steps as a row has them.
export function track(rollout) {
  const drawn = el("div", { class: "track", "aria-hidden": "true" });
  const states = rollout.phase === "RolledBack" ? ["back"] : rollout.steps.slice(0, 6).map(({ state }) => state);
  drawn.append(...states.map((state) => el("i", { class: state }, STEP_MARKS[state])));
  return drawn;
}

const PHASES = { Progressing: ["…", "cyan"], AwaitingApproval: ["?", "yellow"], Held: ["!", "yellow"], RolledBack: ["✗", "red"] };

export function phase({ phase: told }) {
  const [mark, style] = PHASES[told] ?? ["", "grey"];
  return el("small", { class: style }, el("b", { "aria-hidden": "true" }, mark), ` ${told || "at rest"}`);
}

// The steps with what each asks for.
export function steps(rollout) {
  const drawn = rollout.steps.map(({ weight, bake, approval, state }, place) => {
    const asked = [`bake ${duration(bake)}`, approval ? "approval" : ""].filter(Boolean).join(", ");
    const mark = el("i", { "aria-hidden": "true" }, STEP_MARKS[state] || String(place + 1));
    const here = state === "here" ? { "aria-current": "step" } : {};
    return el("li", { class: state, ...here }, mark, el("b", {}, `${weight}%`), el("small", {}, asked), el("small", {}, STEP_WORDS[state]));
  });
  return el("ol", { class: "steps" }, ...drawn);
}

export function evidence(checks) {
  const marks = { Pass: ["✓", "green"], Fail: ["✗", "red"] };
  const rows = checks.map(({ name, verdict, value, limit, stable }) => {
    const [mark, style] = marks[verdict] || ["?", "yellow"];
    const said = el("span", { class: style }, el("b", { "aria-hidden": "true" }, mark), ` ${verdict}`);
    return el("tr", {}, el("td", {}, name), el("td", {}, said), ...[value, limit, stable].map((each) => el("td", {}, each || "–")));
  });
  const titles = ["Check", "Verdict", "Measured", "Asked for", "Stable"].map((each) => el("th", { scope: "col" }, each));
  return el("table", {}, el("thead", {}, el("tr", {}, ...titles)), el("tbody", {}, ...rows));
}
