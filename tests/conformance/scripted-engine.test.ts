import { createScriptedDriver } from '../support/scripted-engine.ts'
import { describeTextEngine } from './text-engine.conformance.ts'

const driver = createScriptedDriver()

describeTextEngine('scripted', () => driver, {
  hasOwnProcess: false,
  readsModelFiles: false,
  samples: false,
  takesTime: false,
  crash: ({ model }) => driver.crash(model),
})
