// Times and shares in words. As in the terminal: src/agentrun_operator/plugin/screen/times.py.

const UNITS = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];
const FEW = 10;

export function duration(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  for (let place = 0; place + 1 < UNITS.length; place += 1) {
    const [[unit, size], [smaller, small]] = [UNITS[place], UNITS[place + 1]];
    if (left >= size) {
      const many = Math.floor(left / size), rest = Math.floor((left % size) / small);
      return `${many}${unit}${rest && many < FEW ? `${rest}${smaller}` : ""}`;
    }
  }
  return `${left}s`;
}

export const now = () => Date.now() / 1000;
export const since = (moment) => (moment === null ? "–" : duration(now() - moment));
export const clock = (moment) => new Date(moment * 1000).toLocaleTimeString();
export const troubled = (row) => row.troubledAt !== null && row.troubledAt <= now();
export const shares = (row) => row.shares.map(([version, percent]) => `${version}:${percent}%`).join("  ");
