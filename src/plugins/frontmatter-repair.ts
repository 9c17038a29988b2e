import { type FieldValue, parseFields, type YamlFields } from "./frontmatter-yaml.ts";

/** A key at the beginning of a line, and the lines up to the next one. */
interface Block {
  readonly key: string;
  /** Index of its first line. */
  readonly at: number;
  /** Behind the colon. */
  readonly first: string;
  readonly rest: readonly string[];
}

const KEY = /^([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]+(.*))?$/;

/**
 * The same lines with those values in quotes that are no YAML by themselves: `description: x: y`, `[a] [b]`, `*`. A value
 * that goes on in indented lines becomes one line; as many lines as before.
 */
export function quoted(lines: readonly string[]): readonly string[] {
  const mended = [...lines];
  for (const block of blocksOf(lines, () => true)) {
    if (isYaml(block)) continue;
    const { key, at, first, rest } = block;
    if (first === "" || /^[|>]/.test(first)) continue;
    if (rest.some((line) => /^\S/.test(line))) continue;
    mended[at] = `${key}: ${JSON.stringify(
      [first, ...rest]
        .map((line) => line.trim())
        .join(" ")
        .trim(),
    )}`;
    for (const index of rest.keys()) mended[at + 1 + index] = "";
  }
  return mended;
}

/** The known keys alone, each with everything up to the next known key; the last of two counts. Lines from 1. */
export function recovered(lines: readonly string[], known: ReadonlySet<string>): YamlFields["fields"] {
  const blocks = blocksOf(lines, (key) => known.has(key));
  return new Map(blocks.map((block) => [block.key, { value: valueOf(block), line: block.at + 1 }] as const));
}

function blocksOf(lines: readonly string[], isWanted: (key: string) => boolean): readonly Block[] {
  const starts = lines.flatMap((line, at) => {
    const [, key, first = ""] = KEY.exec(line) ?? [];
    return key !== undefined && isWanted(key) ? [{ key, at, first: first.trim() }] : [];
  });
  return starts.map((start, index) => ({
    ...start,
    rest: lines.slice(start.at + 1, starts[index + 1]?.at ?? lines.length),
  }));
}

function textOf({ key, first, rest }: Block): string {
  return [`${key}: ${first}`, ...rest].join("\n");
}

function isYaml(block: Block): boolean {
  return parseFields(textOf(block)).problem === undefined;
}

function valueOf(block: Block): FieldValue {
  const { fields, problem } = parseFields(textOf(block));
  const found = problem === undefined && fields.size === 1 ? fields.get(block.key) : undefined;
  if (found !== undefined) return found.value;
  const text = [block.first.replace(/^[|>][-+\d]*$/, ""), ...block.rest].join("\n").trim();
  return text === "" ? { kind: "empty" } : { kind: "text", text: text.replace(/^(["'])([\s\S]*)\1$/, "$2") };
}
