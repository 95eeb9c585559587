// Larger and smaller seats: by buttons, by two fingers, by ctrl and the wheel.

const LEAST = 24, MOST = 64, STEP = 1.25;

/** Lets people zoom `rows` inside `pan`; starts with as much of the hall as can still be tapped. */
export function zoomable(hall, pan, rows, columns) {
  const gap = parseFloat(getComputedStyle(rows).rowGap) || 4;
  const around = 64; // The row's label and the space on the other side.
  let size = 0;

  function set(asked, x = pan.clientWidth / 2) {
    const next = Math.min(MOST, Math.max(LEAST, Math.round(asked)));
    if (next === size) return;
    const grown = (next + gap) / (size + gap);
    const middle = pan.scrollLeft + x;
    size = next;
    hall.style.setProperty("--seat", `${size}px`);
    pan.scrollLeft = middle * grown - x;
    for (const button of hall.querySelectorAll("[data-zoom]")) {
      button.disabled = size === (button.dataset.zoom === "in" ? MOST : LEAST);
    }
  }

  // Fingers and wheels tell more often than a screen draws.
  let wanted;
  function soon(size, x) {
    if (!wanted) requestAnimationFrame(() => { set(...wanted); wanted = undefined; });
    wanted = [size, x];
  }

  const fitting = (pan.clientWidth - around) / columns - gap;
  const thumb = matchMedia("(pointer: coarse)").matches ? 32 : 28;
  set(Math.min(40, Math.max(thumb, fitting)));
  pan.scrollLeft = (rows.scrollWidth - pan.clientWidth) / 2;

  hall.addEventListener("click", ({ target }) => {
    const way = target.closest("[data-zoom]")?.dataset.zoom;
    if (way) set(way === "in" ? size * STEP : size / STEP);
  });
  pan.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    soon((wanted?.[0] ?? size) * Math.exp(-event.deltaY / 200), event.clientX - pan.getBoundingClientRect().left);
  }, { passive: false });

  let pinch;
  const spread = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  pan.addEventListener("touchstart", ({ touches }) => {
    pinch = touches.length === 2 ? { spread: spread(touches), size } : undefined;
  }, { passive: true });
  pan.addEventListener("touchmove", (event) => {
    if (!pinch || event.touches.length !== 2) return;
    event.preventDefault();
    const [a, b] = event.touches;
    const x = (a.clientX + b.clientX) / 2 - pan.getBoundingClientRect().left;
    soon(pinch.size * spread(event.touches) / pinch.spread, x);
  }, { passive: false });
}
