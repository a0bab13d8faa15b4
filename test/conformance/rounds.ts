import {
  acceptedContent,
  createRequestStateCodec,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Json } from './fixtures.ts'

// Tools of the stateless era that need more than one round: each asks until the retried request carries the answers.

type State = { readonly round?: number }
export type Round = (context: ServerContext) => Promise<Json | InputRequiredResult>

export const stateCodec = createRequestStateCodec<State>({ key: crypto.getRandomValues(new Uint8Array(32)) })

const said = (text: string): Json => ({ content: [{ type: 'text', text }] })
const form = (message: string, name: string, type: 'string' | 'boolean' = 'string') => {
  const properties = type === 'string' ? { [name]: { type } } : { [name]: { type } }
  return inputRequired.elicit({ message, requestedSchema: { type: 'object', properties, required: [name] } })
}
const sampling = (text: string) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text } }],
    maxTokens: 50,
  })
const answerOf = (context: ServerContext, name: string) =>
  context.mcpReq.inputResponses?.[name] as Json | undefined
const contentOf = (context: ServerContext, name: string) =>
  acceptedContent<Json>(context.mcpReq.inputResponses, name)
const nameOf = (context: ServerContext) => {
  const name = contentOf(context, 'user_name')?.name
  return typeof name === 'string' ? name : undefined
}

const stateful =
  (done: string): Round =>
  async (context) =>
    context.mcpReq.requestState<State>() !== undefined && contentOf(context, 'confirm') !== undefined
      ? said(done)
      : inputRequired({
          inputRequests: { confirm: form('Please confirm', 'ok', 'boolean') },
          requestState: await stateCodec.mint({ round: 0 }),
        })

export const rounds: Readonly<Record<string, Round>> = {
  test_input_required_result_elicitation: async (context) => {
    const name = nameOf(context)
    if (name !== undefined) return said(`Hello, ${name}!`)
    return inputRequired({ inputRequests: { user_name: form('What is your name?', 'name') } })
  },
  test_input_required_result_sampling: async (context) => {
    const answer = answerOf(context, 'capital_question')
    if (answer !== undefined) return said(`Sampling response: ${JSON.stringify(answer.content)}`)
    return inputRequired({ inputRequests: { capital_question: sampling('What is the capital of France?') } })
  },
  test_input_required_result_list_roots: async (context) => {
    const roots = answerOf(context, 'client_roots')?.roots
    if (Array.isArray(roots)) return said(`Client exposed ${roots.length} root(s): ${JSON.stringify(roots)}`)
    return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
  },
  test_input_required_result_request_state: stateful('state-ok'),
  test_input_required_result_tampered_state: stateful('integrity-ok'),
  test_input_required_result_multiple_inputs: async (context) => {
    const [name, greeting, roots] = [
      nameOf(context),
      answerOf(context, 'greeting')?.content,
      answerOf(context, 'client_roots')?.roots,
    ]
    if (name !== undefined && greeting !== undefined && Array.isArray(roots))
      return said(`${JSON.stringify(greeting)} ${name}, ${roots.length} roots`)
    return inputRequired({
      inputRequests: {
        user_name: form('What is your name?', 'name'),
        greeting: sampling('Generate a greeting'),
        client_roots: inputRequired.listRoots(),
      },
      requestState: await stateCodec.mint({ round: 1 }),
    })
  },
  test_input_required_result_multi_round: async (context) => {
    const round = context.mcpReq.requestState<State>()?.round ?? 0
    if (round >= 2) return said(`Multi-round complete: ${JSON.stringify(contentOf(context, 'step2') ?? {})}`)
    const step = round === 0 ? form('Step 1: your name?', 'name') : form('Step 2: your colour?', 'color')
    return inputRequired({
      inputRequests: { [`step${round + 1}`]: step },
      requestState: await stateCodec.mint({ round: round + 1 }),
    })
  },
  test_input_required_result_capabilities: async (context) => {
    if (context.mcpReq.inputResponses !== undefined) return said('answered')
    const declared = (context.mcpReq.envelope as Json | undefined)?.[
      'io.modelcontextprotocol/clientCapabilities'
    ] as Json | undefined
    const inputRequests: InputRequests = {}
    if (declared?.elicitation !== undefined) inputRequests.user_name = form('What is your name?', 'name')
    if (declared?.sampling !== undefined) inputRequests.greeting = sampling('Generate a short greeting')
    if (declared?.roots !== undefined) inputRequests.client_roots = inputRequired.listRoots()
    return Object.keys(inputRequests).length === 0
      ? said('nothing can be asked')
      : inputRequired({ inputRequests })
  },
}

export const askingPrompt: Round = async (context) => {
  const given = contentOf(context, 'user_context')?.context
  if (typeof given === 'string')
    return { messages: [{ role: 'user', content: { type: 'text', text: `Context: ${given}` } }] }
  return inputRequired({
    inputRequests: { user_context: form('What context should the prompt use?', 'context') },
  })
}
