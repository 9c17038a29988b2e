import * as fc from "fast-check";
import { fileSystemOf } from "../../src/base/network-file-system.ts";
import { parseEnvironment, parseStat } from "../../src/base/process-identity.ts";
import { harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";

const field = fc.nat(2 ** 31).map(String);
const command = fc.oneof(
  fc.constantFrom("node", "a) b", "(x)", ") S 1 2", "", " ", "é", "a\nb"),
  fc.string(),
);

const stats = fuzz({
  title: "G1 G2 /proc/<pid>/stat: a process may be called anything, and a line that is cut tells nothing",
  parsers: ["src/base/process-identity.ts"],
  input: fc.record({
    command,
    state: fc.constantFrom("R", "S", "T", "t", "Z", "X"),
    numbers: fc.array(field, { minLength: 49, maxLength: 49 }),
    cut: fc.nat(600),
    all: harms(),
  }),
  open:
    () =>
    ({ command: name, state, numbers, cut, all }) => {
      const [, group, session] = numbers;
      const text = `4711 (${name}) ${state} ${numbers.join(" ")}\n`;
      const startTime = numbers[18];
      must(parseStat(text)).toEqual({ state, group: Number(group), session: Number(session), startTime });
      const part = parseStat(text.slice(0, cut));
      // Half of a start time is another process's: the verdict would be "dead".
      if (part && text.lastIndexOf(")") < cut) must(part.startTime).toBe(startTime);
      const odd = parseStat(harmed(Buffer.from(text), all).toString());
      if (odd) must(typeof odd.startTime).toBe("string");
    },
});

const environments = fuzz({
  title: "G1 G3 /proc/<pid>/environ: whatever stands there, a variable has the value it was given",
  parsers: ["src/base/process-identity.ts"],
  input: fc.record({
    variables: fc.dictionary(
      fc.stringMatching(/^[A-Za-z_]\w{0,9}$/),
      fc.string().map((text) => text.replaceAll("\0", "")),
      { maxKeys: 5 },
    ),
    noise: fc.array(fc.constantFrom("", "=", "=x", "x", "__proto__=polluted", "constructor=1"), {
      maxLength: 3,
    }),
  }),
  open:
    () =>
    ({ variables, noise }) => {
      const pairs = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
      const env = parseEnvironment([...noise, ...pairs]);
      for (const [name, value] of Object.entries(variables)) must(env.get(name)).toBe(value);
      refusePollution();
    },
});

const POINTS = ["/", "/home", "/home/a b", "/home/a b/c", "/tab\there", "/back\\slash", "/mnt/é"];
const TYPES = ["ext4", "nfs4", "tmpfs", "fuse.sshfs", "9p"];

function mountLine(point: string, type: string, number: number): string {
  const escaped = point.replace(/[ \t\n\\]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return `${number} 1 0:${number} / ${escaped} rw,relatime shared:1 - ${type} /dev/x rw`;
}

const mounts = fuzz({
  title: "H4 /proc/self/mountinfo: the innermost mount tells the type, broken lines tell nothing",
  parsers: ["src/base/network-file-system.ts"],
  input: fc.record({
    mounts: fc.array(fc.tuple(fc.constantFrom(...POINTS), fc.constantFrom(...TYPES)), { maxLength: 6 }),
    below: fc.constantFrom(...POINTS, "/home/a b/c/d", "/homely"),
    noise: fc.constantFrom("", "36 35 98:0", " - ", "1 2 3 4 \\999 - x", "\0", "- - - -"),
    all: harms(),
  }),
  open:
    () =>
    ({ mounts: given, below, noise, all }) => {
      const text = [noise, ...given.map(([point, type], index) => mountLine(point, type, index)), noise].join(
        "\n",
      );
      const holding = given.filter(
        ([point]) => point === "/" || below === point || below.startsWith(`${point}/`),
      );
      const longest = Math.max(...holding.map(([point]) => point.length));
      must(fileSystemOf(below, text)).toBe(holding.findLast(([point]) => point.length === longest)?.[1]);
      must(["string", "undefined"]).toContain(
        typeof fileSystemOf(below, harmed(Buffer.from(text), all).toString()),
      );
    },
});

export const systemProperties: readonly Fuzz[] = [stats, environments, mounts];
