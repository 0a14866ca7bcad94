import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { ToolpiperAnthropicProxyBody } from '@shared/dialects/toolpiper/toolpiper-anthropic-proxy.ts'
import { toolpiperFaultBody } from '@shared/dialects/toolpiper/toolpiper-faults.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import { changeProxySettings } from './change-proxy-settings.ts'
import type { ChangeProxySettingsPorts } from './change-proxy-settings.ts'

const PATH = '/v1/settings/anthropic-proxy'

const READ: RouteFacts = {
  dialect: 'toolpiper',
  capability: 'node',
  scope: 'manage',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}
const WRITE: RouteFacts = { ...READ, bodyLimitBytes: 256 * 1024 }

const DESCRIPTION =
  "Which model of this node answers `/v1/messages` and its count of tokens when a client asks for a model of Anthropic's. " +
  'A model of that name on this node always comes first. Then counts `modelMap` (the name itself, else the longest key ' +
  'that the name begins with or fits into), then `backend.id` for names that begin with `claude`, then `fallbackModel` ' +
  'for any name, then for `claude…` the loaded or first model. While `enabled` is false, `claude…` is refused with 403 ' +
  'and models of this node answer as ever.'

/** ToolPiper's settings of the Anthropic proxy. */
export const anthropicProxyPlugin = (ports: ChangeProxySettingsPorts) =>
  new Elysia({ name: 'router/anthropic-proxy', normalize: false })
    .use(faultsAs('toolpiper', toolpiperFaultBody))
    .get(PATH, () => ports.settings.current, {
      detail: routeDetail(READ, {
        tag: 'Anthropic proxy',
        summary: "Which model answers for Anthropic's names",
        description: DESCRIPTION,
      }),
    })
    .patch(PATH, ({ body }) => changeProxySettings(ports, body), {
      body: ToolpiperAnthropicProxyBody,
      parse: 'json',
      detail: routeDetail(WRITE, {
        tag: 'Anthropic proxy',
        summary: "Choose which model answers for Anthropic's names",
        description: `${DESCRIPTION} Fields that are left out stay; the answer has them all.`,
      }),
    })
