import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { rounded } from "./statistics.mjs";

const BEGIN = "<!-- figures: written by npm run bench -- --write -->";
const END = "<!-- end of figures -->";

export function machine() {
  return {
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    cores: cpus().length,
    cpu: cpus().at(0)?.model ?? "unknown",
    memoryGb: rounded(totalmem() / 2 ** 30),
    load: loadNow(),
  };
}

/** The load of the last minute before the run: above the number of cores, somebody else was at work. */
function loadNow() {
  try {
    return Number(readFileSync("/proc/loadavg", "utf8").split(" ")[0]);
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Every number with three significant digits; what a row does not have stays away. */
export function tidy(value) {
  if (typeof value === "number") return Number.isInteger(value) ? value : rounded(value);
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, tidy(part)]));
}

const grouped = (value) =>
  value >= 1000 ? Math.round(value).toLocaleString("en-US") : String(rounded(value));

const UNITS = [
  ["rate", (value) => `${grouped(value)}/s`],
  ["p50Ms", (value) => `p50 ${grouped(value)} ms`],
  ["p99Ms", (value) => `p99 ${grouped(value)} ms`],
  ["maxMs", (value) => `max ${grouped(value)} ms`],
  ["readyMs", (value) => `ready ${grouped(value)} ms`],
  ["rssMb", (value) => `${grouped(value)} MB`],
  ["cpuPercent", (value) => `CPU ${grouped(value)} %`],
  ["modelCalls", (value) => `${value} model calls`],
];
/** What should be 0 is shown when it is not. */
const TROUBLE = ["refused", "doubles", "lost"];

function cell(side) {
  if (!side) return "";
  const shown = UNITS.flatMap(([key, text]) =>
    side[key] === undefined || Number.isNaN(side[key]) ? [] : [text(side[key])],
  );
  const least = side.least === undefined ? [] : [`least ${Math.round(100 * side.least)} %`];
  const trouble = TROUBLE.flatMap((key) => (side[key] ? [`${side[key]} ${key}`] : []));
  return [...shown, ...least, ...trouble].join(", ");
}

const times = (ratio) => (ratio === undefined || !Number.isFinite(ratio) ? "" : `${grouped(ratio)}x`);

export function lineOf({ id, params, ours, baseline, raw, ratio, p99Ratio, target, ok }) {
  const what = Object.entries(params).map(
    ([key, value]) => `${key} ${typeof value === "number" ? grouped(value) : value}`,
  );
  return [
    id,
    what.join(", "),
    cell(ours),
    cell(baseline),
    cell(raw),
    times(ratio),
    times(p99Ratio),
    target,
    ok ? "yes" : "NO",
  ];
}

const HEAD = ["", "workload", "ours", "baseline", "raw", "ratio", "p99 ratio", "target", "met"];

/** Columns as wide as their widest cell. */
export function table(rows) {
  const lines = [HEAD, ...rows.map(lineOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const markdown = (cells) => `| ${cells.map((one) => one.replaceAll("|", "\\|")).join(" | ")} |`;

/** Puts the figures between the marks of `docs/benchmarks.md`; what stands around them is written by hand. */
export function writeDocs(path, { machine: host, date, command, rows, notRun }) {
  const text = readFileSync(path, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${path} has lost its marks "${BEGIN}" and "${END}"`);
  const figures = [
    `Machine: ${host.cpu}, ${host.cores} cores, ${host.memoryGb} GB, ${host.platform}; Node ${host.node}; load before the run ${host.load ?? "unknown"}. `,
    `Date: ${date}. Command: \`${command}\`.`,
    "",
    markdown(HEAD),
    markdown(HEAD.map(() => "---")),
    ...rows.map((row) => markdown(lineOf(row))),
    ...notRun.flatMap(({ id, why }) => ["", `${id} was not run: ${why}`]),
  ];
  writeFileSync(path, `${text.slice(0, begin)}${BEGIN}\n\n${figures.join("\n")}\n\n${text.slice(end)}`);
}
