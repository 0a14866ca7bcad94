/**
 * The hostile clients as a process of their own, so that their work is not counted as waiting of the good one:
 * `hostile-horde-process.ts PORT SLOW_HEADS SLOW_BODIES EVERY_MS`. Prints its figures each second, as lines of JSON.
 */
import { startHorde } from '@skein/tests/support/hostile-horde.ts'

const [port = 0, slowHeads = 0, slowBodies = 0, everyMs = 1000] = process.argv.slice(2).map(Number)
const horde = startHorde({ port, slowHeads, slowBodies, everyMs })
setInterval(() => console.log(JSON.stringify(horde.figures)), 1000)
process.on('SIGTERM', () => {
  console.log(JSON.stringify(horde.figures))
  process.exit(0)
})
