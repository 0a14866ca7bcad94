import { readFile } from 'node:fs/promises'
import type { MachineReadings } from '../features/system/machine-readings.ts'
import { createLinuxMachine } from './linux-machine.ts'
import { createMacosMachine } from './macos-machine.ts'
import { createPortableMachine } from './portable-machine.ts'
import { runProgram } from './run-program.ts'

/** The machine that this process runs on. @param now milliseconds of a clock that never jumps */
export const openMachine = (now: () => number): MachineReadings => {
  const otherwise = createPortableMachine(runProgram)
  if (process.platform === 'linux') return createLinuxMachine({ readText, now, otherwise })
  if (process.platform !== 'darwin') return otherwise
  return createMacosMachine({ run: runProgram, otherwise, isAppleSilicon: process.arch === 'arm64' })
}

const readText = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}
