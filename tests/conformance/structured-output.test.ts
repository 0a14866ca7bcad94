import { expect, test } from 'bun:test'
import { JSON_SCHEMAS } from '../support/json-schemas/all-schemas.ts'
import { writeSchemas } from '../support/json-schemas/write-schemas.ts'

/** Every fourth; `bun prove schemas` writes all two hundred, with several seeds. */
const SAMPLE = JSON_SCHEMAS.filter((_, index) => index % 4 === 0)

test('random weights write valid JSON for every schema, whenever the model ends its answer itself', async () => {
  const { failures, stopped } = await writeSchemas(SAMPLE, { seeds: 1 })
  expect(failures).toEqual([])
  expect(stopped).toBeGreaterThan(SAMPLE.length * 0.75)
}, 120_000)
