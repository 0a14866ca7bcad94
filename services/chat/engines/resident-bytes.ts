import { readFile } from 'node:fs/promises'

/** Bytes of physical memory that a process holds now; 0 when it is gone. Linux and macOS. */
export const residentBytes = async (processId: number): Promise<number> => {
  const kibibytes = Number(
    process.platform === 'linux' ? await readOnLinux(processId) : await readElsewhere(processId),
  )
  return Number.isFinite(kibibytes) ? kibibytes * 1024 : 0
}

/** `status` rather than `statm`, which counts pages: their size differs among kernels. */
const readOnLinux = async (processId: number): Promise<string> => {
  try {
    const status = await readFile(`/proc/${processId}/status`, 'utf8')
    return /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? ''
  } catch {
    return ''
  }
}

const readElsewhere = async (processId: number): Promise<string> => {
  const ps = Bun.spawn(['ps', '-o', 'rss=', '-p', String(processId)], { stdout: 'pipe', stderr: 'ignore' })
  const output = await new Response(ps.stdout).text()
  await ps.exited
  return output.trim()
}
