import { remoteModelName } from '@shared/dialects/external/remote-model-facts.ts'
import { Fault } from '@shared/fault/fault.ts'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { idNameOf } from '../catalogue/assign-model-ids.ts'
import type { External } from './external.ts'

const DEFAULT_SLOTS = 8
const MOST_ALLOWED_MODELS = 500

/** Body of `POST /v1/externals`. */
export const ExternalBody = Type.Object(
  {
    url: Type.String({
      maxLength: 2048,
      description: 'Base URL of the server, such as http://studio.local:11434.',
    }),
    name: Type.Optional(Type.String({ maxLength: 64, description: 'What to call it; absent: its host.' })),
    kind: Type.Optional(
      Type.Union([Type.Literal('auto'), Type.Literal('openai'), Type.Literal('ollama')], {
        description: 'What it speaks; absent: it is found out.',
      }),
    ),
    api_key: Type.Optional(
      Type.String({
        maxLength: 8192,
        description: 'Its key, where it asks for one. It is never shown again.',
      }),
    ),
    models: Type.Optional(
      Type.Array(Type.String({ maxLength: 256 }), {
        maxItems: MOST_ALLOWED_MODELS,
        description: "Only these, by the server's own names; absent: all.",
      }),
    ),
    slots: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 256, description: 'Requests at the same time for each model.' }),
    ),
  },
  { additionalProperties: false, title: 'ExternalWish' },
)

export type ExternalBody = Static<typeof ExternalBody>

export type ExternalWish = Pick<External, 'url' | 'kind' | 'slots' | 'allowedModels'> & {
  readonly name: string | undefined
  readonly apiKey: string | undefined
}

/** @throws Fault `invalid_request` naming the field */
export const readExternalWish = (body: ExternalBody): ExternalWish => ({
  url: baseUrlOf(body.url),
  kind: body.kind ?? 'auto',
  slots: body.slots ?? DEFAULT_SLOTS,
  allowedModels: allowedOf(body.models ?? []),
  name: body.name === undefined || body.name.trim() === '' ? undefined : checkName(body.name.trim()),
  apiKey: keyOf(body.api_key),
})

const baseUrlOf = (text: string): string => {
  const trimmed = text.trim()
  if (!/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed))
    throw wrong('url', `'url' must be a URL with http:// or https://, such as http://studio.local:11434.`)
  const url = new URL(trimmed)
  if (url.username !== '' || url.password !== '')
    throw wrong(
      'url',
      `'url' must not have a name or a password in it. The key of a server goes into 'api_key'.`,
    )
  if (url.search !== '' || url.hash !== '')
    throw wrong('url', `'url' must be a base URL: without '?' and '#'.`)
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')
  return url.origin + path
}

const NAME = /^[a-z0-9][a-z0-9._-]*$/

const checkName = (name: string): string => {
  if (NAME.test(name) && idNameOf(name) === name) return name
  throw wrong(
    'name',
    `'name' must be of lower-case letters, digits, '.', '_' and '-', and no word of a path below /models. Try '${idNameOf(name)}'.`,
  )
}

const allowedOf = (names: readonly string[]): readonly string[] | null => {
  if (names.some((name) => remoteModelName(name) === undefined))
    throw wrong('models', `'models' must be names of models, as the server lists them.`)
  return names.length === 0 ? null : [...new Set(names)]
}

/** A line feed at the end is of the file that it was read from. */
const keyOf = (text: string | undefined): string | undefined => {
  const key = text?.trim() ?? ''
  if (key === '') return undefined
  if (/^[\u0021-\u007E]+$/.test(key)) return key
  throw wrong('api_key', `'api_key' must be one line of letters, digits and signs, without spaces.`)
}

/** A name of its own for a server that was given none. */
export const nameByUrl = (url: string, taken: ReadonlySet<string>): string => {
  const { hostname, port } = new URL(url)
  const host = idNameOf(hostname.replaceAll(/[^a-z0-9.-]+/gi, '-')).replaceAll(':', '-')
  const candidates = [host, ...(port === '' ? [] : [`${host}-${port}`])]
  const free = candidates.find((name) => !taken.has(name))
  if (free !== undefined) return free
  for (let count = 2; ; count += 1) {
    const name = `${host}-${count}`
    if (!taken.has(name)) return name
  }
}

const wrong = (param: string, message: string): Fault => new Fault('invalid_request', message, { param })
