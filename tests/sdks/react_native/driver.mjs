// Drives @segment/analytics-react-native by a plan; what makes a client stands in client.mjs, React Native is played.
// A client keeps its state by its write key, so that each one needs a thread of its own.
import { readFileSync } from 'node:fs'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'

const FLUSH_EVERY_MS = 250

if (isMainThread) {
  const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'))
  const shares = plan.options.oneClientPerCall ? plan.calls.map((call) => [call]) : [plan.calls]
  const clients = shares.map((calls) => new Worker(new URL(import.meta.url), { workerData: calls }))
  await Promise.all(clients.map((client) => new Promise((resolve) => client.once('message', resolve))))
  console.log('called')
  process.stdin.resume()
  process.stdin.on('end', () => clients.forEach((client) => client.postMessage('close')))
} else {
  // Where the SDK writes what it did, nothing else may stand in the way of the line that is waited for.
  console.log = console.info = console.error
  const { analytics } = await import('./client.mjs')
  for (const call of workerData) {
    await say(analytics, call)
  }
  // As an app does that comes and goes.
  const flushing = setInterval(() => analytics.flush(), FLUSH_EVERY_MS)
  parentPort.postMessage('called')
  parentPort.once('message', () => {
    clearInterval(flushing)
    analytics.cleanup()
    process.exit()
  })
}

function say(analytics, { type, event, name, groupId, userId, properties, traits }) {
  switch (type) {
    case 'identify':
      return analytics.identify(userId, traits)
    case 'track':
      return analytics.track(event, properties)
    case 'screen':
      return analytics.screen(name, properties)
    case 'group':
      return analytics.group(groupId, traits)
    case 'alias':
      return analytics.alias(userId)
    default:
      throw new Error(type)
  }
}
