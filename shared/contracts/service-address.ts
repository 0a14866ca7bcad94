import { Fault } from '@shared/fault/fault.ts'

/** Where a service listens: a Unix socket of this node (mode 0600) or an HTTP base URL. */
export type ServiceAddress =
  | { readonly type: 'unix'; readonly path: string }
  | { readonly type: 'http'; readonly url: string }

/** Reads `unix:/path/to.sock` or `http://host:port`. */
export const parseServiceAddress = (text: string): ServiceAddress => {
  if (text.startsWith('unix:/')) return { type: 'unix', path: text.slice('unix:'.length) }
  if (URL.canParse(text) && new URL(text).protocol === 'http:')
    return { type: 'http', url: text.replace(/\/$/, '') }
  throw new Fault(
    'invalid_request',
    `'${text}' is not a service address: write unix:/path/to.sock or http://127.0.0.1:PORT.`,
  )
}

export const formatServiceAddress = (address: ServiceAddress): string =>
  address.type === 'unix' ? `unix:${address.path}` : address.url
