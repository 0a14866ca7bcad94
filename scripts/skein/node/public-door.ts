import { CommandFailure, EXIT_CODE } from '../terminal/command-failure.ts'

const LOOPBACK = new Map([
  ['127.0.0.1', '127.0.0.1'],
  ['localhost', 'localhost'],
  ['::1', '[::1]'],
  ['[::1]', '[::1]'],
])

/**
 * The address of the public door, as it stands in a URL.
 * @throws CommandFailure for an address that other machines can reach
 */
export const parseLoopbackHost = (host: string): string => {
  const loopback = LOOPBACK.get(host)
  if (loopback !== undefined) return loopback
  throw new CommandFailure(
    `Refusing to listen on ${host}: Skein has no keys yet, so whoever reaches that address could use this machine. It listens on loopback only.`,
    {
      nextStep: 'From another machine, go through SSH: ssh -L 8080:127.0.0.1:8080 THIS-MACHINE',
      exitCode: EXIT_CODE.usage,
    },
  )
}

/**
 * The port that the door will have: the wanted one, or any free one for 0.
 * @throws CommandFailure when another program has it
 */
export const choosePort = (host: string, wanted: number): number => {
  const hostname = host.replaceAll(/[[\]]/g, '')
  try {
    const listener = Bun.listen({ hostname, port: wanted, socket: { data: () => undefined } })
    const { port } = listener
    listener.stop(true)
    return port
  } catch (error) {
    throw new CommandFailure(`Port ${wanted} on ${host} cannot be used: another program may have it.`, {
      nextStep: `Choose another one: --port ${wanted < 65_535 ? wanted + 1 : 0}`,
      cause: error,
    })
  }
}
