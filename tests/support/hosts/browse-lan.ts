import { createRequire } from 'node:module'
import { join } from 'node:path'
import { REPOSITORY } from '../source-files.ts'

/**
 * A plain client of multicast DNS, which knows nothing of Skein: prints every response that it gets, a line of JSON each,
 * and asks what it is told: `PTR _http._tcp.local`. With `once` it asks as `dig` does, from a port of its own.
 */
const [address, way] = process.argv.slice(2)
// The library belongs to the router.
const multicastDns = createRequire(join(REPOSITORY, 'services/router/package.json'))('multicast-dns')
const client = multicastDns(
  way === 'once' ? { bind: false, multicast: false } : { interface: address, bind: '0.0.0.0' },
)

const plain = (data: unknown): unknown => {
  if (Buffer.isBuffer(data)) return data.toString()
  return Array.isArray(data) ? data.map(plain) : data
}
type Found = { readonly name: string; readonly type: string; readonly ttl: number; readonly data: unknown }
const list = (records: readonly Found[]): readonly Found[] =>
  records.map(({ data, name, ttl, type }) => ({ name, type, ttl, data: plain(data) }))

client.on(
  'response',
  (packet: { answers: Found[]; additionals: Found[] }, { address }: { address: string }) => {
    const { additionals, answers } = packet
    process.stdout.write(
      `${JSON.stringify({ from: address, answers: list(answers), additionals: list(additionals) })}\n`,
    )
  },
)
for await (const line of console) {
  const [type, ...name] = line.split(' ')
  client.query([{ name: name.join(' '), type }])
}
client.destroy()
