import { connect } from 'node:tls'

const SAMPLES = 5
const TIMER_MS = 10

/** What this machine takes for a TCP connection and its TLS handshake with a port of its own, in milliseconds. */
export const plainConnectMs = async (port: number): Promise<readonly number[]> => {
  const times: number[] = []
  for (let at = 0; at < SAMPLES; at += 1) {
    const startedAt = performance.now()
    await connectOnce(port)
    times.push(performance.now() - startedAt)
  }
  return times
}

const connectOnce = (port: number): Promise<void> => {
  const { promise, reject, resolve } = Promise.withResolvers<void>()
  // Who is there does not matter: only time is measured.
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
    socket.destroy()
    resolve()
  })
  socket.on('error', reject)
  return promise
}

/** How much later than asked for a timer fires while the machine does what it does, in milliseconds. */
export const schedulingDelayMs = async (): Promise<readonly number[]> => {
  const delays: number[] = []
  for (let at = 0; at < SAMPLES; at += 1) {
    const startedAt = performance.now()
    await Bun.sleep(TIMER_MS)
    delays.push(Math.max(0, performance.now() - startedAt - TIMER_MS))
  }
  return delays
}
