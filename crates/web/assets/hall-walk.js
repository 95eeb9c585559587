// Walking the hall by arrow keys. Pure: it knows seats by row and column, and who may be stood on.

/** Seats by row and column as they are drawn; aisles and places that are never sold are holes. */
export function floorPlan(rows) {
  const at = new Map();
  const plan = [...rows].map((row, r) => {
    const places = [];
    let column = 0;
    for (const place of row.children) {
      if (place.localName === "input") {
        places[column] = place;
        at.set(place, [r, column]);
      }
      if (place.localName === "input" || place.localName === "i") column += 1;
    }
    return places;
  });
  return { plan, at };
}

/** Seats of one row that may be stood on, with their columns. */
const open = (places) => places.map((seat, column) => ({ seat, column })).filter(({ seat }) => seat && !seat.disabled);

/** Where a key leads from a seat: the seat and the column that is kept in mind for going on up or down. */
export function step({ plan, at }, from, key, wish, far = false) {
  const [row, column] = at.get(from);
  const here = open(plan[row]);
  const first = (seats) => seats[0], last = (seats) => seats.at(-1);
  const across = (found) => found && { seat: found.seat, wish: found.column };
  const rows = () => plan.map(open).filter((seats) => seats.length > 0);
  switch (key) {
    case "ArrowRight": return across(here.find((place) => place.column > column));
    case "ArrowLeft": return across(here.findLast((place) => place.column < column));
    case "Home": return across(first(far ? rows()[0] ?? [] : here));
    case "End": return across(last(far ? rows().at(-1) ?? [] : here));
    case "ArrowUp": case "ArrowDown": {
      const way = key === "ArrowUp" ? -1 : 1;
      for (let r = row + way; r >= 0 && r < plan.length; r += way) {
        const seats = open(plan[r]);
        if (seats.length > 0) return { seat: nearest(seats, wish ?? column), wish: wish ?? column };
      }
    }
  }
  return undefined;
}

/** The seat that stands closest to a column; of two, the left one. */
function nearest(seats, column) {
  const gap = (place) => Math.abs(place.column - column);
  return seats.reduce((best, place) => (gap(place) < gap(best) ? place : best)).seat;
}

/** Where whoever stood on a seat that has just gone is put: the row's nearest, else any. */
export function refuge({ plan, at }, seat) {
  const [row, column] = at.get(seat);
  const near = open(plan[row]);
  const any = near.length > 0 ? near : plan.flatMap(open);
  return any.length > 0 ? nearest(any, column) : undefined;
}
