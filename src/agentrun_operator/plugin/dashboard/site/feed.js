// The feed of changes. A page that nobody sees takes none, and begins anew when it is seen again.

import { now } from "./words.js";

const AGAIN = 3000; // milliseconds, where the browser itself does not try again

export function follow({ begin, complete, rows, link }) {
  let source = null;
  let failedAt = null;

  function start() {
    source?.close();
    source = new EventSource("feed");
    const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
    on("begin", () => { failedAt = null; begin(); });
    on("complete", complete);
    on("rows", rows);
    on("link", link);
    source.onerror = () => {
      failedAt ??= now();
      link({ live: false, asOf: failedAt, why: "`kubectl agentrun dashboard` does not answer, or too many pages are open." });
      if (source.readyState === EventSource.CLOSED) setTimeout(() => { if (!document.hidden) start(); }, AGAIN);
    };
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) source?.close();
    else start();
  });
  if (!document.hidden) start();
}
