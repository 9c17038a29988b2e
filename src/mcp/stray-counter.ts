/** Dropped messages after which nothing more is expected of a server. Source: faults.md J7. */
const MOST_STRAY = 5;

export function strayCounter(
  onTooMany: (why: string) => void,
): (what: string, log: (text: string) => void) => void {
  let count = 0;
  return (what, log) => {
    count++;
    log(`dropped: ${what} (${count} of ${MOST_STRAY})`);
    if (count === MOST_STRAY)
      onTooMany(`disconnected: ${MOST_STRAY} times something that is no message came`);
  };
}
