import type { CallNumbers } from "./system-calls.ts";

/** Operations of classic BPF. Source: linux/bpf_common.h. */
const LOAD_WORD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_NOT_BELOW = 0x35;
const RETURN = 0x06;

/** Verdicts. Source: linux/seccomp.h. */
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const EPERM = 0x00050001;

/** Offsets in `struct seccomp_data`; of a 64-bit argument the lower half, on little-endian machines. */
const NUMBER = 0;
const MACHINE = 4;
const ARGUMENT = [16, 24] as const;

const AF_UNIX = 1;
/** Put a character into a terminal's input: what it types then runs outside. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

/**
 * A program for seccomp(2), as `bwrap --seccomp` takes it: EPERM for what could reach around the other walls, the end of
 * the process for calls of another machine's table. `socketpair` stays: Node's pipes to its children are made of it.
 */
export function seccompFilter(numbers: CallNumbers): Buffer {
  const { foreignFrom, socket, ioctl, refused } = numbers;
  const refuse = give(EPERM);
  return assembled([
    [LOAD_WORD, 0, 0, MACHINE],
    ...when(numbers.audit, [], [give(KILL_PROCESS)]),
    [LOAD_WORD, 0, 0, NUMBER],
    ...(foreignFrom === undefined ? [] : [[JUMP_NOT_BELOW, 0, 1, foreignFrom] as const, refuse]),
    ...Object.values(refused).flatMap((number) => when(number, [refuse], [])),
    ...when(socket, argumentIs(0, [AF_UNIX], refuse), []),
    ...when(ioctl, argumentIs(1, [TIOCSTI, TIOCLINUX], refuse), []),
    give(ALLOW),
  ]);
}

/** Goes into one part or the other; both go on behind them. */
function when(
  value: number,
  equal: readonly Instruction[],
  other: readonly Instruction[],
): readonly Instruction[] {
  if (equal.length === 0) return [[JUMP_EQUAL, other.length, 0, value], ...other];
  return [[JUMP_EQUAL, 0, equal.length, value], ...equal];
}

/** Ends the program: refused for these values of an argument, allowed for all others. */
function argumentIs(index: 0 | 1, values: readonly number[], refuse: Instruction): readonly Instruction[] {
  return [
    [LOAD_WORD, 0, 0, ARGUMENT[index]],
    ...values.flatMap((value) => when(value, [refuse], [])),
    give(ALLOW),
  ];
}

function give(verdict: number): Instruction {
  return [RETURN, 0, 0, verdict];
}

/** `struct sock_filter`, 8 bytes each, little-endian as both machines are. */
function assembled(instructions: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(instructions.length * 8);
  for (const [at, [code, ifTrue, ifFalse, value]] of instructions.entries()) {
    bytes.writeUInt16LE(code, at * 8);
    bytes.writeUInt8(ifTrue, at * 8 + 2);
    bytes.writeUInt8(ifFalse, at * 8 + 3);
    bytes.writeUInt32LE(value, at * 8 + 4);
  }
  return bytes;
}
