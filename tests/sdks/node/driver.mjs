// Drives @segment/analytics-node by a plan; what makes a client stands in client.mjs.
import { readFileSync } from 'node:fs'

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const clients = []

for (const { type, ...said } of plan.calls) {
  if (clients.length === 0 || plan.options.oneClientPerCall) {
    const { analytics } = await import(`./client.mjs?${clients.length}`)
    analytics.on('error', (error) => console.error('failure', error.reason ?? error))
    clients.push(analytics)
  }
  clients.at(-1)[type](said)
}
clients.forEach((analytics) => analytics.flush())
console.log('called')
process.stdin.resume()
process.stdin.on('end', () => clients.forEach((analytics) => analytics.closeAndFlush()))
