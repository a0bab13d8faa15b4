// What the reference server offers: names and texts are those that the conformance suite asks for.

export type Json = Record<string, unknown>

/** A message on its way to the client in the middle of a call, and a question to it. */
export type Context = {
  readonly notify: (method: string, params: Json) => Promise<void>
  readonly ask: (method: string, params: Json) => Promise<Json>
  readonly meta: Json
}

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const silence = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA='

const said = (text: string): Json => ({ type: 'text', text })
const picture: Json = { type: 'image', data: pixel, mimeType: 'image/png' }
const resource = (uri: string, mimeType: string, text: string): Json => ({
  type: 'resource',
  resource: { uri, mimeType, text },
})
const content = (...items: Json[]): Json => ({ content: items })

type Tool = {
  readonly inputSchema?: Json
  readonly call: (arguments_: Json, context: Context) => Json | Promise<Json>
}

const textField = (name: string): Json => ({ properties: { [name]: { type: 'string' } }, required: [name] })

const defaults: Json = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
}
const titled = (...values: string[]) => values.map((value) => ({ const: value, title: `Title of ${value}` }))
const choices: Json = {
  untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
  titledSingle: { type: 'string', oneOf: titled('value1', 'value2', 'value3') },
  legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
  untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
  titledMulti: { type: 'array', items: { anyOf: titled('value1', 'value2', 'value3') } },
}

async function elicited(
  { ask }: Context,
  message: string,
  properties: Json,
  required: string[] = [],
): Promise<Json> {
  const answer = await ask('elicitation/create', {
    message,
    requestedSchema: { type: 'object', properties, required },
  })
  return content(said(`action=${String(answer.action)}, content=${JSON.stringify(answer.content ?? {})}`))
}

export const tools: Readonly<Record<string, Tool>> = {
  test_simple_text: { call: () => content(said('This is a simple text response for testing.')) },
  test_image_content: { call: () => content(picture) },
  test_audio_content: { call: () => content({ type: 'audio', data: silence, mimeType: 'audio/wav' }) },
  test_embedded_resource: {
    call: () =>
      content(resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')),
  },
  test_multiple_content_types: {
    call: () =>
      content(
        said('Multiple content types test:'),
        picture,
        resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
      ),
  },
  test_tool_with_logging: {
    call: async (_, { notify }) => {
      for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed'])
        await notify('notifications/message', { level: 'info', data })
      return content(said('Tool with logging executed successfully'))
    },
  },
  test_tool_with_progress: {
    call: async (_, { notify, meta }) => {
      const { progressToken = 0 } = meta
      for (const progress of [0, 50, 100])
        await notify('notifications/progress', { progressToken, progress, total: 100 })
      return content(said(String(progressToken)))
    },
  },
  test_error_handling: {
    call: () => ({ ...content(said('This tool intentionally returns an error for testing')), isError: true }),
  },
  test_sampling: {
    inputSchema: textField('prompt'),
    call: async ({ prompt }, { ask }) => {
      const messages = [{ role: 'user', content: said(String(prompt)) }]
      const answer = await ask('sampling/createMessage', { messages, maxTokens: 100 })
      return content(said(`LLM response: ${JSON.stringify(answer.content)}`))
    },
  },
  test_elicitation: {
    inputSchema: textField('message'),
    call: ({ message }, context) =>
      elicited(context, String(message), { response: { type: 'string' } }, ['response']),
  },
  test_elicitation_sep1034_defaults: {
    call: (_, context) => elicited(context, 'Please review the defaults', defaults),
  },
  test_elicitation_sep1330_enums: { call: (_, context) => elicited(context, 'Please select', choices) },
}

const texts: Readonly<Record<string, Json>> = {
  'test://static-text': { mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  'test://static-binary': { mimeType: 'image/png', blob: pixel },
  'test://watched-resource': { mimeType: 'text/plain', text: 'Watched resource content' },
}
export const resources = Object.entries(texts).map(([uri, { mimeType }]) => ({
  uri,
  name: uri.slice(7),
  mimeType,
}))
export const resourceTemplates = [
  { uriTemplate: 'test://template/{id}/data', name: 'template', mimeType: 'application/json' },
]

/** Nothing for an address that is none. */
export function read(uri: string): Json | undefined {
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1]
  const found =
    id === undefined
      ? texts[uri]
      : {
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        }
  return found === undefined ? undefined : { contents: [{ uri, ...found }] }
}

type Prompt = { readonly arguments: readonly string[]; readonly messages: (given: Json) => readonly Json[] }

export const prompts: Readonly<Record<string, Prompt>> = {
  test_simple_prompt: { arguments: [], messages: () => [said('This is a simple prompt for testing.')] },
  test_prompt_with_arguments: {
    arguments: ['arg1', 'arg2'],
    messages: ({ arg1, arg2 }) => [
      said(`Prompt with arguments: arg1='${String(arg1)}', arg2='${String(arg2)}'`),
    ],
  },
  test_prompt_with_embedded_resource: {
    arguments: ['resourceUri'],
    messages: ({ resourceUri }) => [
      resource(String(resourceUri), 'text/plain', 'Embedded resource content for testing.'),
      said('Please process the embedded resource above.'),
    ],
  },
  test_prompt_with_image: {
    arguments: [],
    messages: () => [picture, said('Please analyze the image above.')],
  },
}
