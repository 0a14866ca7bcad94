import prettyBytes from 'pretty-bytes'

/** `1.85 MB`; decimal, as disks are sold and as `ls -h --si` says. */
export const humanSize = (bytes: number): string => prettyBytes(bytes)

const UNITS = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
] as const

/** The two largest units: `3 d 4 h`, `2 min 5 s`, `0 s`. */
export const humanDuration = (seconds: number): string => {
  let rest = Math.max(0, Math.round(seconds))
  const parts: string[] = []
  for (const unit of UNITS) {
    const count = Math.floor(rest / unit.seconds)
    rest -= count * unit.seconds
    if (count > 0) parts.push(`${count} ${unit.name}`)
  }
  return parts.slice(0, 2).join(' ') || '0 s'
}
