// What happens to the show's seats elsewhere, gathered for a moment and handed over at once.

const TOLD = { taken: "taken", held: "held", freed: "free" };
const STATES = { sold: "taken", held: "held", free: "free" };
const MOMENT = 40; // milliseconds

/**
 * Watches the feed at `live`, which begins where the page was made. `apply` gets a map of seat number to state. After a
 * gap that the feed cannot fill, the whole map is read again from `map`.
 */
export function watch({ live, map }, apply) {
  const waiting = new Map();
  let timer, feed;

  function hand() {
    timer = undefined;
    const changes = new Map(waiting);
    waiting.clear();
    apply(changes);
  }
  function note(seats, state) {
    for (const seat of seats) waiting.set(seat, state);
    timer ??= setTimeout(hand, MOMENT);
  }
  async function look() {
    const answer = await fetch(map, { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    for (const { number, state } of (await answer.json()).seats) note([number], STATES[state]);
  }
  function start() {
    feed = new EventSource(live);
    for (const [event, state] of Object.entries(TOLD)) {
      feed.addEventListener(event, ({ data }) => note(JSON.parse(data).seats, state));
    }
    feed.addEventListener("reset", () => look().catch(() => {}));
  }
  start();
  addEventListener("pagehide", () => feed.close());
  addEventListener("pageshow", ({ persisted }) => {
    // Back from the browser's memory: the feed begins where the page was made, and tells what was missed.
    if (persisted) start();
  });
}
