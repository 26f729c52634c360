import { z } from 'zod'
import { problem } from '@kith/api/fault.ts'
import { views } from '@kith/api/live.ts'
import type { Route } from '@kith/api/route.ts'
import { routes } from '@kith/api/routes.ts'

type AnyRoute = Route<Record<string, string>, unknown, unknown, unknown>

/** The OpenAPI 3.1 description of every operation, made from the routes themselves. */
export function openApi(version: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, route] of Object.entries(routes) as [string, AnyRoute][]) {
    const path = `/api/v1${route.path}`
    paths[path] ??= {}
    paths[path][route.method] = operation(name, route)
  }
  for (const [path, described] of Object.entries(streams)) paths[path] = { get: described }
  paths['/api/v1/uploads/{id}/files/{file}'] = tus
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kith',
      version,
      description: 'Everything that Kith can do. Faults are problem details (RFC 9457).',
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'kith' },
      },
      schemas: { Problem: schemaOf(problem, 'output') },
    },
  }
}

/** The two streams of server-sent events, which are no operations of the contract's table. */
const streams: Readonly<Record<string, unknown>> = {
  '/api/v1/events': stream(
    'events',
    'What happens, from now on or after a number; an event `gap` first when entries were missed for good',
    [
      { name: 'after', in: 'query', schema: { type: 'integer', minimum: 0 } },
      { name: 'Last-Event-ID', in: 'header', schema: { type: 'integer', minimum: 0 } },
    ],
  ),
  '/api/v1/live': stream(
    'live',
    'What a screen shows: everything at first, then merge patches (RFC 7396), at most once a second',
    [
      {
        name: 'views',
        in: 'query',
        content: { 'application/json': { schema: schemaOf(views, 'input') } },
      },
    ],
  ),
}

const upload = {
  tags: ['near'],
  description: 'Needs the scope `share`. This is tus 1.0.0 (tus.io/protocols/resumable-upload), for any client of it.',
}
const ofUpload = [
  { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
  { name: 'file', in: 'path', required: true, schema: { type: 'integer', minimum: 0 } },
  { name: 'Tus-Resumable', in: 'header', required: true, schema: { const: '1.0.0' } },
]
const offset = { 'Upload-Offset': { schema: { type: 'integer', minimum: 0 } } }

/** Bytes of a file that was said by `beginUpload`; `file` is its place in the list, from 0. */
const tus: Readonly<Record<string, unknown>> = {
  head: {
    ...upload,
    operationId: 'uploadedBytes',
    summary: 'How much of a file is there',
    parameters: ofUpload,
    responses: { 200: { description: 'So much', headers: offset } },
  },
  patch: {
    ...upload,
    operationId: 'uploadBytes',
    summary: 'Go on with a file where what is there ends; what comes stays when the connection breaks',
    parameters: [
      ...ofUpload,
      { name: 'Upload-Offset', in: 'header', required: true, schema: { type: 'integer', minimum: 0 } },
    ],
    requestBody: { required: true, content: { 'application/offset+octet-stream': { schema: {} } } },
    responses: {
      204: { description: 'They are there', headers: offset },
      409: { description: 'Not as much is there as was said' },
      423: { description: 'Somebody else brings it now' },
    },
  },
}

function stream(operationId: string, summary: string, parameters: readonly unknown[]): unknown {
  return {
    operationId,
    tags: ['streams'],
    summary,
    description: 'Needs the scope `view`.',
    parameters,
    responses: {
      200: { description: 'Until one side ends it', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    },
  }
}

function operation(name: string, route: AnyRoute): unknown {
  const query = route.query === undefined ? undefined : (schemaOf(route.query, 'input') as ObjectSchema)
  const required = new Set(query?.required)
  const parameters = [
    ...route.params.map((param) => ({ name: param, in: 'path', required: true, schema: { type: 'string' } })),
    ...Object.entries(query?.properties ?? {}).map(([param, schema]) => ({
      name: param,
      in: 'query',
      required: required.has(param),
      schema,
    })),
  ]
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    description: route.scope === 'none' ? 'Needs no authority.' : `Needs the scope \`${route.scope}\`.`,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(route),
    responses: {
      ...answer(route),
      default: {
        description: 'A fault',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

function requestBody(route: AnyRoute): Record<string, unknown> {
  if (route.body === undefined) return {}
  const content = { 'application/json': { schema: schemaOf(route.body, 'input') } }
  return { requestBody: { required: true, content } }
}

function answer(route: AnyRoute): Record<string, unknown> {
  if (route.file !== undefined) {
    return {
      200: { description: 'The file', content: { [route.file]: { schema: { type: 'string', format: 'binary' } } } },
    }
  }
  if (route.response === undefined) return { 204: { description: 'Done' } }
  return {
    200: { description: 'Done', content: { 'application/json': { schema: schemaOf(route.response, 'output') } } },
  }
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>
  return rest
}
