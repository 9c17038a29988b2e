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
const times = (value) => `${grouped(value)}x`;
const percent = (value) => `${grouped(100 * value)} %`;

/** The figures of one side that are shown, with their heading and how they are written. What should be 0 shows only when it is not. */
const FIGURES = [
  { key: "rate", name: "per s" },
  { key: "perMemberMs", name: "ms/member" },
  { key: "sentMs", name: "sent ms" },
  { key: "p50Ms", name: "p50 ms" },
  { key: "p99Ms", name: "p99 ms" },
  { key: "maxMs", name: "max ms" },
  { key: "firstMs", name: "first ms" },
  { key: "wholeMs", name: "whole ms" },
  { key: "makespanMs", name: "ms" },
  { key: "speedUp", name: "speed-up", write: times },
  { key: "readyMs", name: "ready ms" },
  { key: "least", name: "least", write: percent },
  { key: "cpuPercent", name: "CPU %" },
  { key: "rssMb", name: "MB" },
  { key: "modelCalls", name: "model calls" },
  { key: "callsPerSecond", name: "calls/s" },
  { key: "calls", name: "most of them" },
  { key: "bytes", name: "bytes" },
  { key: "tokens", name: "tokens" },
  { key: "tools", name: "tools" },
  { key: "hitPercent", name: "% found" },
  { key: "ofInputPercent", name: "% of input" },
  { key: "refused", name: "refused", isTrouble: true },
  { key: "doubles", name: "doubles", isTrouble: true },
  { key: "lost", name: "lost", isTrouble: true },
];
const SIDES = [
  { side: "ours", prefix: "" },
  { side: "baseline", prefix: "base " },
  { side: "raw", prefix: "raw " },
];
const RATIOS = [
  ["ratio", "ratio", times],
  ["p99Ratio", "p99 ratio", times],
  ["ofRaw", "of raw", (value) => percent(value)],
];

/** What is shown without being judged is neither met nor missed. */
function metText({ target, ok }) {
  if (target === "shown") return "-";
  return ok ? "yes" : "NO";
}

function text(value, write = grouped) {
  if (value === undefined || Number.isNaN(value)) return "";
  return typeof value === "number" ? write(value) : String(value);
}

/** All columns that a workload could have; those that are empty in every row are left out. */
function columnsOf(rows) {
  const params = [...new Set(rows.flatMap(({ params: own }) => Object.keys(own)))];
  const all = [
    ...params.map((key) => ({ head: key, cell: (row) => text(row.params[key]) })),
    ...SIDES.flatMap(({ side, prefix }) =>
      figuresOf(side, rows).map(({ key, name, write, isTrouble }) => ({
        head: prefix + name,
        cell: (row) => (isTrouble && row[side]?.[key] === 0 ? "" : text(row[side]?.[key], write)),
      })),
    ),
    ...RATIOS.map(([key, head, write]) => ({ head, cell: (row) => text(row[key], write) })),
    { head: "met", cell: metText },
  ];
  return all.filter(({ cell }) => rows.some((row) => cell(row) !== ""));
}

/** Of the bare system calls one figure is enough. */
function figuresOf(side, rows) {
  if (side !== "raw") return FIGURES;
  const only = rows.some((row) => row.raw?.rate !== undefined) ? "rate" : "p50Ms";
  return FIGURES.filter(({ key }) => key === only);
}

/** The heading and the cells of one workload. */
function cellsOf(rows) {
  const columns = columnsOf(rows);
  return [columns.map(({ head }) => head), ...rows.map((row) => columns.map(({ cell }) => cell(row)))];
}

/** One line of progress. */
export function lineOf(row) {
  const [heads, cells] = cellsOf([row]);
  return [row.id, ...heads.map((head, index) => `${head} ${cells[index]}`)].join("  ");
}

function growthCells(rows) {
  const lines = rows.map(({ params: { growth, over, unit, ...rest }, points, ratio, target, ok }) => [
    growth,
    Object.entries(rest)
      .map(([key, value]) => `${key} ${text(value)}`)
      .join(", "),
    over,
    Object.keys(points)
      .map((size) => grouped(Number(size)))
      .join(" → "),
    `${Object.values(points).map(grouped).join(" → ")} ${unit}`,
    times(1 / ratio),
    metText({ target, ok }),
  ]);
  return [["cost of", "with", "over", "from → to", "costs", "grows", "flat"], ...lines];
}

/** Columns as wide as their widest cell; numbers to the right. */
function aligned(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const isNumber = lines[0].map((_, column) =>
    lines.slice(1).every((line) => /^$|^[\d.,]+( ?[x%])?$/.test(line[column])),
  );
  const row = (line) =>
    line
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join("  ")
      .trimEnd();
  return lines.map((line) => `  ${row(line)}`).join("\n");
}

/** Rows in the order of the workloads, one section each; growth stands at the end. */
function sectionsOf({ rows, notRun }, workloads) {
  return Object.entries(workloads).flatMap(([id, { title, target, why }]) => {
    const mine = rows.filter((row) => row.id === id && !row.points);
    const reason = notRun.find((one) => one.id === id)?.why ?? why;
    if (mine.length === 0 && !notRun.some((one) => one.id === id)) return [];
    return [{ id, title, target, reason, rows: mine }];
  });
}

/** The whole result for a terminal of 160 columns. */
export function printed(result, workloads) {
  const sections = sectionsOf(result, workloads).map(({ id, title, target, reason, rows }) =>
    [
      `${id}  ${title}`,
      ...(target === undefined ? [] : [`  target: ${target}`]),
      ...(rows.length === 0 ? [`  not measured: ${reason}`] : [aligned(cellsOf(rows))]),
    ].join("\n"),
  );
  const growth = result.rows.filter(({ points }) => points);
  if (growth.length > 0) sections.push(`How cost grows\n${aligned(growthCells(growth))}`);
  return sections.join("\n\n");
}

const escaped = (cell) => cell.replaceAll("|", "\\|");
const markdownRow = (cells) => `| ${cells.map(escaped).join(" | ")} |`;

function markdownTable([head, ...lines]) {
  return [markdownRow(head), markdownRow(head.map(() => "---")), ...lines.map(markdownRow)];
}

function markdown(result, workloads) {
  const sections = sectionsOf(result, workloads).flatMap(({ id, title, target, reason, rows }) => [
    `### ${id}: ${title}`,
    "",
    ...(target === undefined ? [] : [`Target: ${target}.`, ""]),
    ...(rows.length === 0 ? [`Not measured: ${reason}.`] : markdownTable(cellsOf(rows))),
    "",
  ]);
  const growth = result.rows.filter(({ points }) => points);
  if (growth.length === 0) return sections;
  return [...sections, "### How cost grows", "", ...markdownTable(growthCells(growth)), ""];
}

/** Puts the figures between the marks of `docs/benchmarks.md`; what stands around them is written by hand. */
export function writeDocs(path, { command, ...result }, workloads) {
  const { machine: host, date } = result;
  const document = readFileSync(path, "utf8");
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${path} has lost its marks "${BEGIN}" and "${END}"`);
  const figures = [
    `Machine: ${host.cpu}, ${host.cores} cores, ${host.memoryGb} GB, ${host.platform}; Node ${host.node}; load before the run ${host.load ?? "unknown"}. `,
    `Date: ${date}. Command: \`${command}\`.`,
    "",
    ...markdown(result, workloads),
  ];
  writeFileSync(path, `${document.slice(0, begin)}${BEGIN}\n\n${figures.join("\n")}\n${document.slice(end)}`);
}
