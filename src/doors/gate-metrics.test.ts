import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { GateMetrics } from './gate-metrics.ts'

const HELD_MS = 200

test('the delay of the event loop is what it was held up for since the last reading', async () => {
  const metrics = new GateMetrics(() => {})
  await sleep(50)
  delayOf(metrics)
  // The first try after a reading only begins the next one.
  await sleep(50)
  const until = performance.now() + HELD_MS
  while (performance.now() < until);
  await sleep(50)
  expect(delayOf(metrics)).toBeGreaterThan((HELD_MS - 20) / 1_000)
  expect(delayOf(metrics)).toBe(0)
})

test('a failure that comes again at once is counted, and said once', () => {
  const said: string[] = []
  const metrics = new GateMetrics((failure) => said.push(failure))
  const error = new Error('the disk is full')
  for (let times = 0; times < 50; times++) metrics.failed(error)
  metrics.failed(new Error('another'))
  expect(said).toHaveLength(2)
  expect(metrics.text()).toContain('portcullis_failures_total{code="unknown"} 51')
  for (let kind = 0; kind < 1_000; kind++) metrics.failed(new Error(`kind ${kind}`))
  expect(said).toHaveLength(1_002)
})

function delayOf(metrics: GateMetrics): number {
  return Number(/delay_seconds\{quantile="0.99"\} (\S+)/.exec(metrics.text())?.[1])
}

test('what only grows is a counter to Prometheus, and each name has one type', () => {
  const metrics = new GateMetrics(() => {})
  metrics.watch({ name: 'portcullis_kept_total', help: 'Kept.', read: () => [[{}, 7]] })
  metrics.watch({ name: 'portcullis_open', help: 'Open.', read: () => [[{}, 3]] })
  const types = [...metrics.text().matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({
    name,
    type,
  }))
  expect(new Set(types.map(({ name }) => name)).size).toBe(types.length)
  for (const { name, type } of types)
    expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')])
  expect(types).toContainEqual({ name: 'portcullis_kept_total', type: 'counter' })
})
