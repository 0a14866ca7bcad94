import { readFile } from 'node:fs/promises'
import {
  DEFAULT_ANTHROPIC_PROXY,
  decodeToolpiperAnthropicProxy,
} from '@shared/dialects/toolpiper/toolpiper-anthropic-proxy.ts'
import type { ToolpiperAnthropicProxy } from '@shared/dialects/toolpiper/toolpiper-anthropic-proxy.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { ProxySettings } from '../features/anthropic-proxy/proxy-settings.ts'
import { replaceFile } from './replace-file.ts'

/** Settings in a file of JSON. What cannot be read is told in the log, left as it is, and the defaults count. */
export const openAnthropicProxyFile = async (path: string, log: Log): Promise<ProxySettings> => {
  let current = await readSettings(path, log)
  let lastChange: Promise<unknown> = Promise.resolve()
  const write = async (patch: Partial<ToolpiperAnthropicProxy>): Promise<ToolpiperAnthropicProxy> => {
    const changed = { ...current, ...patch }
    await replaceFile(path, `${JSON.stringify(changed, undefined, 2)}\n`)
    current = changed
    return changed
  }
  return {
    get current() {
      return current
    },
    change(patch) {
      const change = lastChange.then(() => write(patch))
      lastChange = change.catch(() => undefined)
      return change
    },
  }
}

const readSettings = async (path: string, log: Log): Promise<ToolpiperAnthropicProxy> => {
  try {
    const saved: unknown = JSON.parse(await readFile(path, 'utf8'))
    return { ...DEFAULT_ANTHROPIC_PROXY, ...decodeToolpiperAnthropicProxy(saved) }
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isAbsent)
      log.error(
        { err: error, path },
        'the settings of the Anthropic proxy cannot be read; the defaults count',
      )
    return DEFAULT_ANTHROPIC_PROXY
  }
}
