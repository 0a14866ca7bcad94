import { machineNames } from '@shared/access/machine-addresses.ts'

/** A laptop that changes its network is reached under its new address after this. */
const LOOK_EVERY_MS = 5000

/** The names and addresses of this machine, looked up anew from time to time: each request asks for them. */
export const createCurrentMachineNames = (
  now: () => number,
  readNames: () => readonly string[] = machineNames,
): (() => readonly string[]) => {
  let names = readNames()
  let lookedAt = now()
  return () => {
    if (now() - lookedAt < LOOK_EVERY_MS) return names
    lookedAt = now()
    names = readNames()
    return names
  }
}
