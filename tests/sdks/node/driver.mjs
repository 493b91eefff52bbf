// Drives @segment/analytics-node by a plan.
import { readFileSync } from 'node:fs'
import { Analytics } from '@segment/analytics-node'

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const analytics = new Analytics({ writeKey: plan.writeKey, host: plan.host })
analytics.on('error', (error) => console.error('error', error.reason ?? error))

for (const { type, ...said } of plan.calls) {
  analytics[type](said)
}
analytics.flush()
console.log('called')
process.stdin.resume()
process.stdin.on('end', () => analytics.closeAndFlush({ timeout: 60_000 }))
