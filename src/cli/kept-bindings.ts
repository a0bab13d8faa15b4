import { BLOCKS_MAX, ReasoningBindings } from '../gate/inspect/distillation/reasoning-bindings.ts'
import { BindingStore } from '../store/embedded/binding-store.ts'
import { openSecret } from '../store/embedded/secret.ts'

/** Whose reasoning blocks and kept answers are whose, with what an earlier run of this deployment knew of it. */
export function keptBindings(
  store: string,
  stack: AsyncDisposableStack,
  failed: (error: unknown) => void,
): ReasoningBindings {
  const kept = stack.use(BindingStore.open(store, BLOCKS_MAX / 2, failed))
  const bindings = new ReasoningBindings(openSecret(store), {
    bound: (digest, account) => kept.add(digest, account),
  })
  for (const [digest, account] of kept.take()) bindings.learn(digest, account)
  return bindings
}
