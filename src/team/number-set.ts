/** A set of task numbers in their order. */
export interface NumberSet {
  readonly size: () => number;
  readonly has: (number: number) => boolean;
  readonly add: (number: number) => void;
  readonly remove: (number: number) => void;
  /** The smallest member that is not below `from`; undefined when there is none. */
  readonly next: (from: number) => number | undefined;
  /** The largest member. */
  readonly last: () => number | undefined;
}

/** 32 to the 6th is more than the largest task number. */
const LEVELS = 6;

/**
 * A tree of bitmaps, 32 branches at each node: a bit of the lowest level is a member, a bit above says that the word
 * below it has a bit. Each call touches at most one word of each level on the way up and one on the way down, however
 * many members there are.
 */
export function createNumberSet(): NumberSet {
  const levels: readonly number[][] = Array.from({ length: LEVELS }, () => []);
  let size = 0;

  const word = (level: number, index: number): number => levels[level]?.[index] ?? 0;

  function write(level: number, index: number, bits: number): void {
    const words = levels[level];
    if (!words) return;
    // Without holes, so that the engine keeps a plain array of small integers.
    while (words.length <= index) words.push(0);
    words[index] = bits;
  }

  function has(number: number): boolean {
    return (word(0, number >>> 5) & (1 << (number & 31))) !== 0;
  }

  function add(number: number): void {
    if (has(number)) return;
    size += 1;
    let at = number;
    for (let level = 0; level < LEVELS; level++) {
      const before = word(level, at >>> 5);
      write(level, at >>> 5, before | (1 << (at & 31)));
      if (before !== 0) return;
      at >>>= 5;
    }
  }

  function remove(number: number): void {
    if (!has(number)) return;
    size -= 1;
    let at = number;
    for (let level = 0; level < LEVELS; level++) {
      const after = word(level, at >>> 5) & ~(1 << (at & 31));
      write(level, at >>> 5, after);
      if (after !== 0) return;
      at >>>= 5;
    }
  }

  function next(from: number): number | undefined {
    let at = from;
    for (let level = 0; level < LEVELS; level++) {
      const bits = word(level, at >>> 5) & (-1 << (at & 31));
      if (bits !== 0) return down(level, (at & ~31) | lowest(bits), lowest);
      at = (at >>> 5) + 1;
    }
    return undefined;
  }

  /** From a bit of `level` to a member below it, the way `pick` chooses among the bits of a word. */
  function down(level: number, start: number, pick: (bits: number) => number): number {
    let at = start;
    for (let below = level - 1; below >= 0; below--) at = at * 32 + pick(word(below, at));
    return at;
  }

  function last(): number | undefined {
    const top = word(LEVELS - 1, 0);
    return top === 0 ? undefined : down(LEVELS - 1, highest(top), highest);
  }

  return { size: () => size, has, add, remove, next, last };
}

function lowest(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function highest(bits: number): number {
  return 31 - Math.clz32(bits);
}
