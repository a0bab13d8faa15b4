/** Methods that carry nothing of the agent's: what they return is looked at all the same. */
export const silent = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'logging/setLevel',
  'subscriptions/listen',
  'resources/subscribe',
  'resources/unsubscribe',
  'roots/list',
])
/** What is asked about a call that was judged when it was made; what comes back is judged like its result. */
export const followUps = new Set(['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/list'])
/** Results of these are listings, not what a tool returned. */
export const listings: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
])
