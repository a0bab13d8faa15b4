import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { problems } from './problems.ts'
import type { Route } from './route.ts'
import { problem } from './shapes/common.ts'

type Json = Readonly<Record<string, unknown>>

/** The OpenAPI 3.1 document, made from the routes themselves: it cannot say what they do not do. */
export function openapiOf(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Portcullis admin API',
      version,
      summary: 'What the console sees and does, for programs.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { cookie: [], csrf: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The consoleToken of portcullis.yaml.' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'portcullis-session' },
        csrf: {
          type: 'apiKey',
          in: 'header',
          name: 'x-portcullis-csrf',
          description: 'On writes, from /api/me.',
        },
      },
      responses: {
        problem: {
          description: `A refusal (RFC 9457). Codes: ${Object.keys(problems).join(', ')}.`,
          content: { 'application/problem+json': { schema: schemaOf(problem, 'output') } },
        },
      },
    },
  }
}

function operationOf(route: Route): Json {
  const { method, path, role, scope, tag, summary, body, answer, answerType } = route
  const anyTenant = scope === 'tenant' ? '' : ' For users of all tenants.'
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-zA-Z]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: [tag],
    summary,
    description: role === 'anyone' ? 'Open to all.' : `Needs the role ${role}.${anyTenant}`,
    ...(role === 'anyone' ? { security: [] } : {}),
    parameters: [...pathParameters(path), ...queryParameters(route)],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(body, 'input') } },
          },
        }),
    responses: {
      200: {
        description: 'Done.',
        ...contentOf(answer, answerType, route.isList),
      },
      default: { $ref: '#/components/responses/problem' },
    },
  }
}

function contentOf(answer: v.GenericSchema | undefined, type: string, isList: boolean): Json {
  const schema = answer === undefined ? {} : schemaOf(answer, 'output')
  return {
    content: { [type]: { schema }, ...(isList ? { 'text/csv': { schema: { type: 'string' } } } : {}) },
  }
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters({ query }: Route): readonly Json[] {
  if (query === undefined) return []
  const schema = schemaOf(query, 'input')
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Json>>
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: 'query',
    required: required.has(name),
    schema: each,
  }))
}

function schemaOf(schema: v.GenericSchema, typeMode: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    typeMode,
    errorMode: 'ignore',
    target: 'draft-2020-12',
  })
  return rest as Json
}
