/** A part of a string of the script. `source` is how the capture was written. */
export type Piece =
  | { readonly text: string }
  | { readonly capture: number | string; readonly source: string };

/** A string of the script: text that stands as it is, and captures to put in. */
export type Template = readonly Piece[];

/** The input of a tool call, with templates for its strings. */
export type InputTemplate =
  | { readonly template: Template }
  | { readonly list: readonly InputTemplate[] }
  | { readonly fields: readonly (readonly [string, InputTemplate])[] }
  | { readonly value: number | boolean | string | null };

/** What the patterns of a match caught: by number for this rule, by name for the agent. */
export interface Captures {
  readonly numbered: readonly string[];
  readonly named: ReadonlyMap<string, string>;
}

const MARK = /\$(?:\$|(\d)|\{(\w+)\})/g;

/** `$1` and `${name}` are captures, `$$` is a dollar sign, every other `$` stands for itself. */
export function splitTemplate(text: string): Template {
  const pieces: Piece[] = [];
  let end = 0;
  for (const mark of text.matchAll(MARK)) {
    const [source, digit, name] = mark;
    if (mark.index > end) pieces.push({ text: text.slice(end, mark.index) });
    if (digit !== undefined) pieces.push({ capture: Number(digit), source });
    else if (name !== undefined) pieces.push({ capture: name, source });
    else pieces.push({ text: "$" });
    end = mark.index + source.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** A capture that took part in no match is empty. */
export function fillText(template: Template, captures: Captures): string {
  return template
    .map((piece) => {
      if ("text" in piece) return piece.text;
      return typeof piece.capture === "number"
        ? captures.numbered[piece.capture - 1]
        : captures.named.get(piece.capture);
    })
    .join("");
}

export function fillInput(template: InputTemplate, captures: Captures): unknown {
  if ("template" in template) return fillText(template.template, captures);
  if ("list" in template) return template.list.map((item) => fillInput(item, captures));
  if ("fields" in template)
    return Object.fromEntries(template.fields.map(([key, item]) => [key, fillInput(item, captures)]));
  return template.value;
}
