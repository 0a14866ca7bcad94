import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

const Layer = Type.Object({
  mediaType: Type.String({ maxLength: 256 }),
  digest: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }),
  size: Type.Number({ minimum: 0 }),
})

const Manifest = Type.Object({ layers: Type.Array(Layer, { maxItems: 256 }) })

export type OllamaManifest = Static<typeof Manifest>

/** The layers of an Ollama manifest; undefined when the text is not one. */
export const parseOllamaManifest = (text: string): OllamaManifest | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(Manifest, value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Hexadecimal sha256 of the first layer of a kind (`model`, `template`, `license`, `params`). */
export const layerDigest = (manifest: OllamaManifest, kind: string): string | undefined =>
  manifest.layers
    .find((layer) => layer.mediaType === `application/vnd.ollama.image.${kind}`)
    ?.digest.slice('sha256:'.length)

/** Ollama keeps parameters as JSON; its API gives them as lines of `name value`. */
export const parametersText = (json: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return Object.entries(value)
      .flatMap(([name, setting]) =>
        (Array.isArray(setting) ? setting : [setting]).map(
          (item: unknown) => `${name.padEnd(30)} ${JSON.stringify(item)}`,
        ),
      )
      .join('\n')
  } catch {
    return undefined
  }
}
