import { expect, test } from 'bun:test'
import { namesInQuery, namesOnPage } from '../../../support/prometheus/figure-names.ts'

test('the names of a query are those before braces, each once', () => {
  expect(namesInQuery('sum by (le) (rate(a_bucket{x="y"}[5m])) / sum(b_total{}) > 1 or a_bucket{}')).toEqual([
    'a_bucket',
    'b_total',
  ])
})

test('a histogram can be asked for its buckets, its sum and its count', () => {
  const page = '# HELP a A.\n# TYPE a histogram\na_sum 1\n# TYPE b_total counter\nb_total{x="1"} 2\n'
  expect([...namesOnPage(page)]).toEqual(['a_bucket', 'a_sum', 'a_count', 'b_total'])
})
