// Scrolls through all rows, three screens in each frame, and measures what the browser did meanwhile.
async () => {
  const grid = document.getElementById("grid"), tasks = [], frames = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => each.duration)));
  observer.observe({ entryTypes: ["longtask"] });
  grid.scrollTop = 0;
  let last = performance.now();
  for (let step = 0; step < 120; step += 1) {
    grid.scrollTop += 2400;
    await new Promise(requestAnimationFrame);
    frames.push(performance.now() - last);
    last = performance.now();
  }
  frames.sort((a, b) => a - b);
  const elements = document.querySelectorAll(".row").length;
  return { longest: Math.max(0, ...tasks), median: frames[60], frames: frames.length, elements };
}
