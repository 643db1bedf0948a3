/** All steps of a task at once, for who does not mind that nothing else is done meanwhile. */
export function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const {done, value} = steps.next();
    if (done) return value;
  }
}
