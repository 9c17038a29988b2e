/** Runs jobs one after another in the order they came; a job that fails fails alone. */
export function createSerial(): <T>(job: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (job) => {
    const before = last;
    waiting++;
    const mine = waiting === 1 ? job() : before.then(job, job);
    last = mine;
    try {
      return await mine;
    } finally {
      waiting--;
    }
  };
}
