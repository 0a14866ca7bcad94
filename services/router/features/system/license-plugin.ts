import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { toolpiperFaultBody } from '@shared/dialects/toolpiper/toolpiper-faults.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'

const FACTS: RouteFacts = {
  dialect: 'toolpiper',
  capability: 'node',
  scope: 'inference',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}

/** A package that comes with Skein. */
export interface ShippedPackage {
  readonly name: string
  readonly version: string
  /** As the package names it. */
  readonly license: string
}

export interface LicenseTexts {
  /** The licence of Skein itself. */
  readonly text: string
  readonly packages: readonly ShippedPackage[]
}

/** What clients of ToolPiper look for: whether they may do everything. They may: nothing of Skein is for sale. */
const TIER = { tier: 'pro', status: 'active', features: [], expiresAt: null } as const

export const licensePlugin = (readLicense: () => Promise<LicenseTexts>) =>
  new Elysia({ name: 'router/license' }).use(faultsAs('toolpiper', toolpiperFaultBody)).get(
    '/license',
    async ({ request }) => {
      const { text, packages } = await readLicense()
      const wantsText = request.headers.get('accept')?.startsWith('text/') ?? false
      return wantsText ? textReply(text) : { ...TIER, license: 'Apache-2.0', text, packages }
    },
    {
      detail: routeDetail(FACTS, {
        tag: 'Node',
        summary: 'Licence of Skein and of the packages in it',
        description: 'With `accept: text/plain` the text alone.',
      }),
    },
  )

const textReply = (text: string): Response =>
  new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
