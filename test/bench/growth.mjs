/** How the cost of one thing grows: `cost` of a row's figures, over `key`, for rows that are alike in all else. */
const CURVES = [
  { id: "P1", what: "one claim", over: "tasks", unit: "µs", cost: perOperation },
  { id: "P1", what: "one claim", over: "procs", unit: "µs", cost: perOperation, isShown: true },
  { id: "P2", what: "one message", over: "backlog", unit: "µs", cost: perOperation },
  { id: "P2", what: "one message", over: "procs", unit: "µs", cost: perOperation, isShown: true },
  {
    id: "P3",
    what: "a delivered message, p50",
    over: "agents",
    unit: "ms",
    cost: (ours) => ours.p50Ms,
    isShown: true,
    wanted: ({ watch }) => watch === "on",
  },
  { id: "P4", what: "broadcast, per member", over: "members", unit: "ms", cost: (ours) => ours.perMemberMs },
  {
    id: "P5",
    what: "CPU of one idle agent",
    over: "agents",
    unit: "% of a core",
    cost: (ours, { agents }) => ours.cpuPercent / agents,
  },
  { id: "P8", what: "overhead of a turn, p50", over: "transcriptKb", unit: "ms", cost: (ours) => ours.p50Ms },
  {
    id: "open",
    what: "opening a team",
    over: "tasks",
    unit: "ms",
    cost: (ours) => ours.p50Ms,
    isShown: true,
  },
  {
    id: "open",
    what: "opening a team",
    over: "entries",
    unit: "ms",
    cost: (ours) => ours.p50Ms,
    isShown: true,
  },
];
/** Flat: the largest size costs at most this much more than the smallest. */
const FLAT = 1 / 0.7;

function perOperation({ rate }) {
  return 1e6 / rate;
}

/** What grows with what, and how much: one row a curve. `ratio` is the smallest size's cost to the largest's: 1 is flat. */
export function growthRows(rows) {
  return CURVES.flatMap((curve) => {
    const mine = rows.filter(
      ({ id, ours, params }) => id === curve.id && ours && (curve.wanted?.(params) ?? true),
    );
    return [...groupBy(mine, curve).values()].flatMap((group) =>
      group.length < 2 ? [] : [rowOf(curve, group)],
    );
  });
}

function groupBy(rows, curve) {
  const groups = new Map();
  for (const row of rows) {
    const key = restOf(row, curve);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}

const IGNORED = new Set(["seconds"]);

function restOf({ params }, { over }) {
  return JSON.stringify(Object.entries(params).filter(([key]) => key !== over && !IGNORED.has(key)));
}

function rowOf({ id, what, over, unit, cost, isShown }, group) {
  const sorted = group.toSorted((one, other) => one.params[over] - other.params[over]);
  const points = sorted.map(({ params, ours }) => [params[over], cost(ours, params)]);
  const ratio = points.at(0)[1] / points.at(-1)[1];
  const rest = Object.entries(sorted[0].params).filter(([key]) => key !== over && !IGNORED.has(key));
  return {
    id,
    params: { growth: what, over, unit, ...Object.fromEntries(rest) },
    points: Object.fromEntries(points),
    ratio,
    target: isShown ? "shown" : "flat: ≥ 0.7",
    ok: isShown === true || 1 / ratio <= FLAT,
  };
}
