/** Whether there is a process with this id (a zombie counts as none). */
export const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}

/** Ids of the processes that this one has started and that have not ended. */
export const childProcesses = async (): Promise<ReadonlySet<number>> => {
  const ps = Bun.spawn(['ps', '-A', '-o', 'pid=,ppid=,stat='], { stdout: 'pipe' })
  const lines = (await new Response(ps.stdout).text()).trim().split('\n')
  await ps.exited
  const children = lines
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([id, parent, state]) =>
        Number(parent) === process.pid && Number(id) !== ps.pid && !state?.startsWith('Z'),
    )
  return new Set(children.map(([id]) => Number(id)))
}
