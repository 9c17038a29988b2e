/** Keeps the head and the tail of a stream of bytes; what lies between is counted. */
export interface OutputRing {
  readonly add: (bytes: Buffer) => void;
  readonly text: () => string;
}

/** A ring of at most `limit` bytes: the first half and the last half (faults.md J2). */
export function createOutputRing(limit: number): OutputRing {
  const half = Math.floor(limit / 2);
  const head: Buffer[] = [];
  let tail: Buffer[] = [];
  let headSize = 0;
  let tailSize = 0;
  let total = 0;

  const add = (bytes: Buffer): void => {
    total += bytes.length;
    const forHead = bytes.subarray(0, half - headSize);
    if (forHead.length > 0) {
      head.push(forHead);
      headSize += forHead.length;
    }
    const rest = bytes.subarray(forHead.length);
    if (rest.length === 0) return;
    tail.push(rest);
    tailSize += rest.length;
    // Joined now and then only: a program may write its output byte by byte.
    if (tailSize > 2 * half) {
      tail = [Buffer.concat(tail).subarray(-half)];
      tailSize = half;
    }
  };

  const text = (): string => {
    const end = Buffer.concat(tail).subarray(-half);
    const lost = total - headSize - end.length;
    const gap = lost > 0 ? Buffer.from(`\n[… ${lost} bytes left out here …]\n`) : Buffer.alloc(0);
    return Buffer.concat([...head, gap, end]).toString("utf8");
  };

  return { add, text };
}
