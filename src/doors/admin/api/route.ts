import type { IncomingMessage, ServerResponse } from 'node:http'
import * as v from 'valibot'
import type { Who } from '../people/who.ts'
import { page } from './queries.ts'
import { type List, listOf, type Role } from './shapes/common.ts'

/** A request that has been let in, with its parts read and checked. */
export type Call<Query = unknown, Body = unknown> = {
  readonly who: Who
  /** The tenant the asker is confined to. */
  readonly tenant: string | undefined
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Of the connection: a proxy's word is not taken here. */
  readonly address: string
}

/** An answer that is ready to send, or that the handler has sent or streams itself. */
export class Sent {
  readonly kind: 'bytes' | 'streaming'
  readonly bytes: Uint8Array
  readonly isGzip: boolean

  private constructor(kind: Sent['kind'], bytes: Uint8Array, isGzip: boolean) {
    this.kind = kind
    this.bytes = bytes
    this.isGzip = isGzip
  }

  static json(bytes: Uint8Array, isGzip: boolean): Sent {
    return new Sent('bytes', bytes, isGzip)
  }

  static streaming = new Sent('streaming', new Uint8Array(), false)
}

type QuerySchema = v.GenericSchema<Record<string, unknown>>

export type Route = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With `:name` for a part of it. */
  readonly path: string
  /** The least role; `anyone` needs no sign-in. */
  readonly role: Role | 'anyone'
  /** `tenant`: shows a tenant's user only their own. `deployment`: for users of all tenants. */
  readonly scope: 'tenant' | 'deployment'
  readonly tag: string
  readonly summary: string
  readonly query: QuerySchema | undefined
  readonly body: v.GenericSchema | undefined
  /** The shape of the answer; nothing where it is not JSON. */
  readonly answer: v.GenericSchema | undefined
  readonly answerType: string
  /** Whether it pages, and so can be exported whole. */
  readonly isList: boolean
  /** Of the file that a list is exported as. */
  readonly columns: readonly string[]
  readonly handle: (call: Call) => Promise<unknown>
}

type Definition<Query, Body> = Pick<Route, 'method' | 'path' | 'role' | 'tag' | 'summary'> & {
  readonly scope?: Route['scope']
  readonly query?: v.GenericSchema<Record<string, unknown>, Query>
  readonly body?: v.GenericSchema<unknown, Body>
  readonly answer?: v.GenericSchema
  readonly answerType?: string
  readonly handle: (call: Call<Query, Body>) => Promise<unknown>
}

/** The router reads query and body by the schemas given here before it calls, which is what makes their types true. */
export function route<Query = Record<string, never>, Body = undefined>(
  definition: Definition<Query, Body>,
): Route {
  return {
    ...definition,
    scope: definition.scope ?? 'deployment',
    query: definition.query as QuerySchema | undefined,
    body: definition.body as v.GenericSchema | undefined,
    answer: definition.answer,
    answerType: definition.answerType ?? 'application/json',
    isList: false,
    columns: [],
    handle: definition.handle as Route['handle'],
  }
}

/** What a list's handler gets of the query beside its own filters. */
export type Paged = { readonly limit: number; readonly cursor: string | undefined }

type ListDefinition<Filters extends v.ObjectEntries, Item> = Pick<
  Route,
  'path' | 'role' | 'tag' | 'summary'
> & {
  readonly scope?: Route['scope']
  readonly filters: Filters
  readonly item: v.ObjectSchema<v.ObjectEntries, undefined>
  readonly handle: (
    call: Call<Paged & v.InferOutput<v.ObjectSchema<Filters, undefined>>>,
  ) => Promise<List<Item>>
}

/** A list: pages by cursor, and comes whole as CSV or JSON. */
export function list<Filters extends v.ObjectEntries, Item>(
  definition: ListDefinition<Filters, Item>,
): Route {
  const { filters, item, handle, ...rest } = definition
  return {
    ...rest,
    method: 'GET',
    scope: definition.scope ?? 'deployment',
    query: v.strictObject({ ...page, ...filters }) as unknown as QuerySchema,
    body: undefined,
    answer: listOf(item),
    answerType: 'application/json',
    isList: true,
    columns: Object.keys(item.entries),
    handle: handle as unknown as Route['handle'],
  }
}
