import { expect, test } from "vitest";
import { seccompFilter } from "../../../../src/spawn/sandbox/seccomp-filter.ts";
import { callNumbers } from "../../../../src/spawn/sandbox/system-calls.ts";

interface Call {
  readonly audit?: number;
  readonly number: number;
  readonly arguments?: readonly number[];
}

const X64 = 0xc000003e;
const ARM64 = 0xc00000b7;
const I386 = 0x40000003;

/** Runs the program as the kernel does, on the operations that it uses. */
function verdict(program: Buffer, { audit = X64, number, arguments: given = [] }: Call): string {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(audit, 4);
  given.forEach((value, at) => data.writeUInt32LE(value, 16 + at * 8));
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at++) {
    const code = program.readUInt16LE(at * 8);
    const [ifTrue, ifFalse, value] = [
      program.readUInt8(at * 8 + 2),
      program.readUInt8(at * 8 + 3),
      program.readUInt32LE(at * 8 + 4),
    ];
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x15) at += accumulator === value ? ifTrue : ifFalse;
    else if (code === 0x35) at += accumulator >= value ? ifTrue : ifFalse;
    else if (code === 0x06)
      return { 0x7fff0000: "allow", 0x80000000: "kill", 0x00050001: "EPERM" }[value] ?? String(value);
    else throw new Error(`operation ${code}`);
  }
  throw new Error("the program ends without a verdict");
}

function filterFor(machine: string): {
  readonly program: Buffer;
  readonly numbers: NonNullable<ReturnType<typeof callNumbers>>;
} {
  const numbers = callNumbers(machine);
  if (numbers === undefined) throw new Error(`no numbers for ${machine}`);
  return { program: seccompFilter(numbers), numbers };
}

test.each([
  ["x64", X64],
  ["arm64", ARM64],
])(
  "on %s each refused call is EPERM, its neighbours are allowed, and another machine's table is the end",
  (machine, audit) => {
    const { program, numbers } = filterFor(machine);
    const refused = new Set(Object.values(numbers.refused));

    for (let number = 0; number < 600; number++)
      expect([number, verdict(program, { audit, number })]).toEqual([
        number,
        refused.has(number) ? "EPERM" : "allow",
      ]);
    expect(verdict(program, { audit: I386, number: 0 })).toBe("kill");
    expect(verdict(program, { audit: machine === "x64" ? ARM64 : X64, number: 0 })).toBe("kill");
    expect(program.length / 8).toBeLessThan(256);
  },
);

test("L15, L16 sockets of the machine and input into terminals are refused by their argument, everything else of those calls goes", () => {
  const { program, numbers } = filterFor("x64");
  const socket = (family: number): string =>
    verdict(program, { number: numbers.socket, arguments: [family] });
  const ioctl = (request: number): string =>
    verdict(program, { number: numbers.ioctl, arguments: [0, request] });

  expect([socket(1), socket(2), socket(10), socket(16)]).toEqual(["EPERM", "allow", "allow", "allow"]);
  expect([ioctl(0x5412), ioctl(0x541c), ioctl(0x5413), ioctl(1)]).toEqual([
    "EPERM",
    "EPERM",
    "allow",
    "allow",
  ]);
  // socketpair(AF_UNIX): Node's pipes to its children.
  expect(verdict(program, { number: 53, arguments: [1] })).toBe("allow");
});

test("calls of the x32 table are refused", () => {
  const { program } = filterFor("x64");

  expect([0x40000000, 0x40000027, 0xffffffff].map((number) => verdict(program, { number }))).toEqual([
    "EPERM",
    "EPERM",
    "EPERM",
  ]);
});

test("a machine whose numbers nobody looked up has none", () => {
  expect(callNumbers("riscv64")).toBeUndefined();
});
