import { join } from 'node:path'
import type { LicenseTexts } from '../features/system/license-plugin.ts'
import packages from './shipped-packages.json' with { type: 'json' }

const LICENSE_PATH = join(import.meta.dir, '..', '..', '..', 'LICENSE')

/** The licence of this checkout, and the list of packages that `bun run licenses` has written. */
export const readLicenseFiles = async (): Promise<LicenseTexts> => ({
  text: await Bun.file(LICENSE_PATH).text(),
  packages,
})
