import * as v from 'valibot'

export const telemetrySchema = v.strictObject({
  /** Where spans go: an OpenTelemetry collector's OTLP/HTTP endpoint, without `/v1/traces`. Nowhere unless said. */
  otlp: v.optional(
    v.pipe(v.string(), v.url('a URL'), v.regex(/^https?:\/\//, 'a URL that starts with http:// or https://')),
  ),
  headers: v.optional(v.record(v.pipe(v.string(), v.minLength(1)), v.string()), {}),
  service: v.optional(v.pipe(v.string(), v.minLength(1)), 'portcullis'),
})

export type TelemetryConfig = v.InferOutput<typeof telemetrySchema>
