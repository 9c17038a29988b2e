/** Aborts a request when its server falls silent. */
export interface IdleWatch {
  /** Aborts with the outer signal, or by silence. */
  readonly signal: AbortSignal;
  /** There was a sign of life, or waiting begins. */
  readonly arm: () => void;
  /** Nothing is expected from the server now. */
  readonly rest: () => void;
  readonly hasFired: () => boolean;
  /** Leaves no timer and no listener behind, and ends the request where it is still open. */
  readonly close: () => void;
}

/** A watch for one request. */
export function openIdleWatch(idleMs: number, outer: AbortSignal): IdleWatch {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  let timer: NodeJS.Timeout | undefined;
  let hasFired = false;
  const rest = (): void => clearTimeout(timer);
  const arm = (): void => {
    rest();
    timer = setTimeout(() => {
      hasFired = true;
      abort();
    }, idleMs);
  };
  const close = (): void => {
    rest();
    outer.removeEventListener("abort", abort);
    abort();
  };
  outer.addEventListener("abort", abort);
  if (outer.aborted) abort();
  return { signal: controller.signal, arm, rest, hasFired: () => hasFired, close };
}

/** The same answer, telling `watch` of each line. A server that drips single bytes still looks silent (faults.md I12). */
export function watched(response: Response, watch: IdleWatch): Response {
  if (response.body === null) return response;
  const newline = 0x0a;
  const lines = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      if (chunk.includes(newline)) watch.arm();
      controller.enqueue(chunk);
    },
    flush: () => watch.rest(),
  });
  return new Response(response.body.pipeThrough(lines), response);
}
