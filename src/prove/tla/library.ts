import { libraryTexts } from './library-text.ts'
import type { NativeModule } from './native.ts'
import { communityModules } from './natives-community.ts'
import { standardModules } from './natives-standard.ts'
import { type Run, tlcModules } from './natives-tlc.ts'

export type Library = {
  readonly text: (module: string) => string | undefined
  readonly natives: (module: string) => NativeModule | undefined
}

/** The modules every specification may use without shipping them. */
export function openLibrary(run: Run, folder: string): Library {
  const natives: Readonly<Record<string, NativeModule>> = {
    ...standardModules,
    ...tlcModules(run),
    ...communityModules(run, folder),
  }
  return {
    text: (module) => libraryTexts.get(module),
    natives: (module) => (Object.hasOwn(natives, module) ? natives[module] : undefined),
  }
}
