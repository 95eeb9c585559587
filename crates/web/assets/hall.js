// The seat map's comforts, over a form that works without them: arrow keys, totals, zoom, live changes.

import { floorPlan, refuge, step } from "./hall-walk.js";
import { zoomable } from "./hall-zoom.js";
import { watch } from "./hall-live.js";

const hall = document.querySelector("form[data-hall]");
if (hall) open(hall);

function open(hall) {
  const words = hall.dataset;
  const floor = floorPlan(hall.querySelectorAll("fieldset[data-row]"));
  const seats = new Map([...floor.at.keys()].map((seat) => [Number(seat.value), seat]));
  const notice = hall.querySelector("[data-says]");
  const say = (text) => { if (notice) notice.textContent = text; };

  for (const tool of hall.querySelectorAll("[data-scripted]")) tool.hidden = false;
  const pan = hall.querySelector("[data-pan]");
  zoomable(hall, pan, pan.firstElementChild, Math.max(1, ...floor.plan.map((places) => places.length)));
  // A hall that only can be looked at has nothing to walk on and nothing to add up.
  const onSale = hall.hasAttribute("data-open");
  const settle = onSale ? walk(hall, floor) : () => {};
  const total = onSale ? sum(hall, say) : () => {};

  let leaving = false;
  hall.addEventListener("submit", (event) => {
    if (leaving) event.preventDefault();
    leaving = true;
  });
  addEventListener("pageshow", () => { leaving = false; total(); });

  watch({ live: words.live, map: words.map }, (changes) => {
    // Between sending the form and its answer, seats that go are most likely our own.
    if (leaving) return;
    const stood = document.activeElement;
    const lost = [];
    for (const [number, state] of changes) {
      const seat = seats.get(number);
      if (seat && paint(seat, state, words)) lost.push(label(seat));
    }
    settle(stood);
    total();
    for (const told of document.querySelectorAll("[data-until-change]")) told.hidden = true;
    if (lost.length > 0) say(words.gone.replace("{seats}", lost.join(", ")));
  });
}

const label = (seat) => seat.parentElement.dataset.row + seat.dataset.n;

/** Puts a seat into a state; true if it was chosen here and is gone. */
function paint(seat, state, words) {
  const before = seat.dataset.state;
  const free = state === "free";
  if (before === state || (before === "lost" && !free)) return false;
  const lost = !free && seat.checked;
  const told = (of) => (of === "free" ? "" : `, ${words[of]}`);
  const name = seat.getAttribute("aria-label");
  const plain = name.slice(0, name.length - told(before).length);
  seat.dataset.state = lost ? "lost" : state;
  seat.setAttribute("aria-label", plain + told(seat.dataset.state));
  if (!free) seat.checked = false;
  seat.disabled = !free || !("open" in words);
  return lost;
}

/** Keeps what is chosen and what it comes to, up to the most that one order may have; returns how to count again. */
function sum(hall, say) {
  const bands = [...hall.querySelectorAll("[data-band]")];
  const prices = new Map(bands.map(({ dataset }) => [dataset.band, Number(dataset.price)]));
  const { currency, digits, most, full } = hall.dataset;
  const { none } = hall.querySelector("[data-none]").dataset;
  const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
  const chosen = () => [...hall.querySelectorAll("fieldset[data-row] :checked")];
  const show = (part, text) => { hall.querySelector(`[data-sum=${part}]`).textContent = text; };

  function count() {
    const seats = chosen();
    const minor = seats.reduce((all, seat) => all + prices.get(seat.dataset.kind ?? "standard"), 0);
    show("seats", seats.map(label).join(", ") || none);
    show("total", seats.length > 0 ? money.format(minor / 10 ** Number(digits)) : "");
    hall.toggleAttribute("data-chosen", seats.length > 0);
  }
  hall.addEventListener("change", ({ target }) => {
    const over = target.checked && chosen().length > Number(most);
    if (over) target.checked = false;
    say(over ? full : "");
    count();
  });
  return count;
}

/** Makes the hall one stop for the tab key, from which the arrows walk; returns how to move off a seat that has gone. */
function walk(hall, floor) {
  const seats = [...floor.at.keys()];
  let current, wish;
  function stand(seat) {
    if (current) current.tabIndex = -1;
    current = seat;
    if (current) current.tabIndex = 0;
  }
  for (const seat of seats) seat.tabIndex = -1;
  stand(seats.find((seat) => seat.checked) ?? seats.find((seat) => !seat.disabled));

  hall.addEventListener("focusin", ({ target }) => {
    if (target === current || !floor.at.has(target)) return;
    stand(target);
    wish = undefined;
  });
  hall.addEventListener("keydown", (event) => {
    if (!floor.at.has(event.target) || event.altKey || event.metaKey || event.shiftKey) return;
    const next = step(floor, event.target, event.key, wish, event.ctrlKey);
    if (!next) return;
    event.preventDefault();
    stand(next.seat);
    next.seat.focus();
    wish = next.wish;
  });
  return (stood) => {
    if (current && !current.disabled) return;
    stand(current ? refuge(floor, current) : seats.find((seat) => !seat.disabled));
    if (stood?.disabled && floor.at.has(stood)) current?.focus();
  };
}
