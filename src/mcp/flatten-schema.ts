import { isRecord } from "../base/is-record.ts";

type Schema = Readonly<Record<string, unknown>>;

const DEEPEST = 8;

/**
 * A tool's schema as the Messages API takes it: one object, without `anyOf`, `oneOf` or `allOf` at its root. What one
 * alternative may have all may have; required is what every alternative requires. Source: plugins.md §A7.
 */
export function flattenSchema(schema: Schema): Schema & { readonly type: "object" } {
  const { $schema: _, $id: __, ...root } = schema;
  if (!isJoined(root)) return { ...root, type: "object" };
  const { allOf: _all, anyOf: _any, oneOf: _one, additionalProperties: _more, ...rest } = root;
  const { properties, required } = flat(root, root, 0);
  return {
    ...rest,
    type: "object",
    properties: Object.fromEntries([...properties].map(([name, shapes]) => [name, oneShape(shapes)])),
    ...(required.size === 0 ? {} : { required: [...required] }),
  };
}

interface Flat {
  /** By name, the different schemas that were found. */
  readonly properties: ReadonlyMap<string, readonly unknown[]>;
  readonly required: ReadonlySet<string>;
}

const NOTHING: Flat = { properties: new Map(), required: new Set() };

function isJoined(schema: Schema): boolean {
  return ["allOf", "anyOf", "oneOf"].some((word) => Array.isArray(schema[word]));
}

function flat(schema: unknown, root: Schema, depth: number): Flat {
  const found = depth > DEEPEST ? undefined : resolved(schema, root);
  if (found === undefined) return NOTHING;
  const own: Flat = {
    properties: new Map(
      Object.entries(recordOf(found["properties"])).map(([name, shape]) => [name, [shape]]),
    ),
    required: new Set(listOf(found["required"]).filter((name) => typeof name === "string")),
  };
  const parts = (word: string): readonly Flat[] =>
    listOf(found[word]).map((part) => flat(part, root, depth + 1));
  const choices = [parts("anyOf"), parts("oneOf")].filter((some) => some.length > 0);
  return both([own, ...parts("allOf"), ...choices.map(anyOne)]);
}

/** All of them hold: everything that one of them requires is required. */
function both(parts: readonly Flat[]): Flat {
  return {
    properties: joined(parts),
    required: new Set(parts.flatMap(({ required }) => [...required])),
  };
}

/** One of them holds: only what all of them require is required. */
function anyOne(parts: readonly Flat[]): Flat {
  const [first, ...others] = parts;
  const required = [...(first?.required ?? [])].filter((name) =>
    others.every((other) => other.required.has(name)),
  );
  return { properties: joined(parts), required: new Set(required) };
}

function joined(parts: readonly Flat[]): ReadonlyMap<string, readonly unknown[]> {
  const all = new Map<string, readonly unknown[]>();
  for (const { properties } of parts)
    for (const [name, shapes] of properties) all.set(name, [...(all.get(name) ?? []), ...shapes]);
  return all;
}

function oneShape(shapes: readonly unknown[]): unknown {
  const different = new Map(shapes.map((shape) => [JSON.stringify(shape), shape]));
  return different.size === 1 ? shapes[0] : { anyOf: [...different.values()] };
}

/** A reference into the same schema is followed; every other one says nothing about the properties. */
function resolved(schema: unknown, root: Schema): Schema | undefined {
  let found = schema;
  for (let hops = 0; isRecord(found) && typeof found["$ref"] === "string"; hops++) {
    if (hops > DEEPEST || !found["$ref"].startsWith("#/")) return undefined;
    found = found["$ref"]
      .slice(2)
      .split("/")
      .reduce<unknown>((at, part) => (isRecord(at) ? at[part] : undefined), root);
  }
  return isRecord(found) ? found : undefined;
}

function recordOf(value: unknown): Schema {
  return isRecord(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
