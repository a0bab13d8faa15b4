import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { SignInWays } from '../../../doors/admin/api/shapes/overview.ts'
import { apiUrl, post } from '../api/client.ts'
import { useResource } from '../api/resource.ts'
import { failureText } from '../parts/notices.tsx'
import { follow, path } from '../route.ts'
import { loadSession } from '../session.ts'

/** Whatever the gate offers: a password, the console's token, an identity provider. */
export function SignInScreen(): JSX.Element {
  const { data, failure } = useResource<SignInWays>('signin')
  useEffect(() => {
    document.title = 'Sign in · Portcullis'
  }, [])
  return (
    <main class="alone" id="main">
      <div class="sign-in panel">
        <img src="/console/icon.svg" width={28} height={28} alt="" />
        <h1>Portcullis</h1>
        {failure && (
          <p class="bad" role="alert">
            {failure.message}
          </p>
        )}
        {data?.ways.includes('oidc') && (
          <a class="button main-action" href={apiUrl('oidc/start')} target="_self">
            Sign in with {data.oidcName ?? 'your identity provider'}
          </a>
        )}
        {data?.ways.includes('password') && <SecretForm key="password" isNamed />}
        {data?.ways.includes('token') && <SecretForm key="token" isNamed={false} />}
      </div>
    </main>
  )
}

function SecretForm({ isNamed }: { isNamed: boolean }): JSX.Element {
  const name = useSignal('')
  const secret = useSignal('')
  const failure = useSignal<string | undefined>(undefined)
  const isBusy = useSignal(false)
  const enter = (): void => {
    isBusy.value = true
    post('session', isNamed ? { name: name.value, secret: secret.value } : { secret: secret.value })
      .then(async () => {
        secret.value = ''
        await loadSession()
        if (path.peek() === '/signin') follow('/', 'replace')
      })
      .catch((error: unknown) => {
        failure.value = failureText(error)
      })
      .finally(() => {
        isBusy.value = false
      })
  }
  return (
    <form
      class="fields stacked"
      onSubmit={(event) => {
        event.preventDefault()
        enter()
      }}
    >
      {isNamed && (
        <label class="field">
          <span>Name</span>
          <input
            type="text"
            autoComplete="username"
            value={name.value}
            onInput={(event) => (name.value = event.currentTarget.value)}
          />
        </label>
      )}
      <label class="field">
        <span>{isNamed ? 'Password' : 'Console token (consoleToken in portcullis.yaml)'}</span>
        <input
          type="password"
          autoComplete="current-password"
          value={secret.value}
          onInput={(event) => (secret.value = event.currentTarget.value)}
        />
      </label>
      {failure.value && (
        <p class="bad" role="alert">
          {failure.value}
        </p>
      )}
      <button type="submit" class="button main-action" disabled={isBusy.value || secret.value === ''}>
        Sign in{isNamed ? '' : ' with the token'}
      </button>
    </form>
  )
}
