// What the thread that reads and the thread that watches say to each other.
import type { ErrorCode } from '../../kernel/error-codes.ts'
import type { InputOptions } from '../intake/input.ts'
import type { Rejection } from '../intake/rejection.ts'
import type { Unpacked } from './packed.ts'
import type { SketchedBlock } from './sketched.ts'

export type ReadingStart = {
  readonly paths: readonly string[]
  readonly workers: number
  readonly seed: number
  readonly input: Pick<InputOptions, 'format' | 'map' | 'set' | 'requests'>
  readonly sketches?: SketchStore
}

/** Where sketches are kept. `isReplay`: read these and do not ask for the logs they were made of. */
export type SketchStore = { readonly directory: string; readonly isReplay: boolean }

export type ReadingOrder =
  /** One more piece of the input has been taken: there is room for another. */
  | { readonly kind: 'taken'; readonly source: number }
  | { readonly kind: 'stdin'; readonly chunk: Uint8Array }
  | { readonly kind: 'stdin-end' }
  | { readonly kind: 'stdin-failed'; readonly fault: Fault }

/** Pieces carry their place in their input: workers finish in any order. */
export type ReadingNews =
  | {
      readonly kind: 'block'
      readonly source: number
      readonly place: number
      readonly worker: number
      readonly block: SketchedBlock
    }
  | { readonly kind: 'kept'; readonly source: number; readonly place: number; readonly block: Unpacked }
  | { readonly kind: 'gap'; readonly source: number; readonly place: number; readonly rejection: Rejection }
  | { readonly kind: 'end'; readonly source: number; readonly place: number }
  | { readonly kind: 'failed'; readonly source: number; readonly place: number; readonly fault: Fault }
  | { readonly kind: 'stdin-wanted' }

/** An error as it crosses between threads, where classes do not. */
export type Fault = {
  readonly name: string
  readonly message: string
  readonly code: ErrorCode | undefined
}
