/** Resident memory of a process in megabytes (10⁶ bytes); 0 when it is gone. */
export const residentMegabytes = async (processId: number): Promise<number> => {
  const child = Bun.spawn(['ps', '-o', 'rss=', '-p', String(processId)], { stdout: 'pipe' })
  return (Number((await new Response(child.stdout).text()).trim()) * 1024) / 1e6
}
