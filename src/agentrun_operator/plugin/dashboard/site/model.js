// All rows as they are known, and which of them are shown.

import { troubled } from "./words.js";

export class Model {
  constructor() {
    Object.assign(this, { rows: new Map(), arriving: null, ordered: null, text: "", namespace: "", problemsOnly: false });
  }

  // A feed begins anew with all rows: until they are complete, the old ones are shown.
  begin() { this.arriving = new Map(); }

  complete() {
    this.rows = this.arriving ?? this.rows;
    this.arriving = null;
    this.ordered = null;
  }

  take({ rows, gone }) {
    const into = this.arriving ?? this.rows;
    for (const row of rows) {
      row.key = `${row.namespace}/${row.name}`;
      row.words = [row.key, row.runtime, row.endpoint, row.word, row.why, row.shares.map(([version]) => version).join(" ")].join(" ").toLowerCase();
      if (!into.has(row.key)) this.ordered = null;
      into.set(row.key, row);
    }
    for (const key of gone) { if (into.delete(key)) this.ordered = null; }
  }

  // In an order that no change of state disturbs.
  get all() {
    this.ordered ??= [...this.rows.keys()].sort((one, other) => (one < other ? -1 : 1));
    return this.ordered.map((key) => this.rows.get(key));
  }

  get namespaces() { return [...new Set(this.all.map((row) => row.namespace))]; }

  get shown() {
    const wanted = this.text.toLowerCase().split(/\s+/).filter(Boolean);
    return this.all.filter((row) =>
      (!this.namespace || row.namespace === this.namespace)
      && (!this.problemsOnly || troubled(row))
      && wanted.every((word) => row.words.includes(word)));
  }
}
