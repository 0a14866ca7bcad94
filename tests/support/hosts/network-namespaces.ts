/** `skein-lan-<process id>-<number of the LAN>-<part>`: leftovers are known by it. */
const OURS = /^skein-lan-(\d+)-/

/** Whether networks can be made here that have nothing to do with that of this machine. */
export const canMakeNetworks = (): boolean =>
  process.platform === 'linux' &&
  Bun.which('ip') !== null &&
  Bun.which('unshare') !== null &&
  Bun.spawnSync(['unshare', '-n', 'true']).exitCode === 0 &&
  canNameNetworks()

const canNameNetworks = (): boolean => {
  const name = namespaceName(0, 'probe')
  if (Bun.spawnSync(['ip', 'netns', 'add', name]).exitCode !== 0) return false
  removeNamespace(name)
  return true
}

export const namespaceName = (lan: number, part: string): string => `skein-lan-${process.pid}-${lan}-${part}`

/** @throws Error with what `ip` said */
export const ip = (...words: readonly string[]): string => {
  const { exitCode, stderr, stdout } = Bun.spawnSync(['ip', ...words])
  if (exitCode !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr.toString().trim()}`)
  return stdout.toString()
}

/** Kills what runs in it, and removes it with its network cards. */
export const removeNamespace = (name: string): void => {
  for (const processId of processesIn(name)) {
    try {
      process.kill(processId, 'SIGKILL')
    } catch {
      // It ended by itself just now.
    }
  }
  Bun.spawnSync(['ip', 'netns', 'del', name])
}

const processesIn = (name: string): readonly number[] =>
  Bun.spawnSync(['ip', 'netns', 'pids', name])
    .stdout.toString()
    .split('\n')
    .filter((line) => /^\d+$/.test(line))
    .map(Number)

/** Removes what runs of tests have left that were killed. Those that still run keep theirs. */
export const removeLeftovers = (): void => {
  const names = ip('netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
  for (const name of names) {
    const owner = OURS.exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) removeNamespace(name)
  }
}

const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}
