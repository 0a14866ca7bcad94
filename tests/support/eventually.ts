/** Asks again and again until it is so. @throws Error naming what did not come about in time */
export const eventually = async (
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> => {
  const deadline = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}.`)
    await Bun.sleep(20)
  }
}
