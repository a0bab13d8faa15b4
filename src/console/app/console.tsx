import type { JSX } from 'preact'
import { isSignedOut } from './api/client.ts'
import { Frame } from './frame.tsx'
import { Empty, Page } from './parts/page.tsx'
import { parts } from './route.ts'
import { AccountScreen } from './screens/account.tsx'
import { AccountsScreen } from './screens/accounts.tsx'
import { ActScreen } from './screens/act.tsx'
import { ActsScreen } from './screens/acts.tsx'
import { AgentsScreen } from './screens/agents.tsx'
import { CampaignScreen } from './screens/campaign.tsx'
import { CampaignsScreen } from './screens/campaigns.tsx'
import { CountermeasuresScreen } from './screens/countermeasures.tsx'
import { LedgerScreen } from './screens/ledger.tsx'
import { OverviewScreen } from './screens/overview.tsx'
import { PoliciesScreen } from './screens/policies.tsx'
import { ProofScreen } from './screens/proof.tsx'
import { SessionScreen } from './screens/session.tsx'
import { SettingsScreen } from './screens/settings.tsx'
import { SignInScreen } from './screens/sign-in.tsx'
import { loadSession, me, sessionFailure } from './session.ts'

export function Console(): JSX.Element {
  if (isSignedOut.value) return <SignInScreen />
  if (me.value === undefined && sessionFailure.value)
    return (
      <main class="alone">
        <div class="banner bad-banner" role="alert">
          <span>{sessionFailure.value.message}</span>
          <button type="button" class="button" onClick={() => void loadSession()}>
            Try again
          </button>
        </div>
      </main>
    )
  return (
    <Frame>{me.value === undefined ? <p class="waiting">Asking the gate who you are…</p> : <Screen />}</Frame>
  )
}

function Screen(): JSX.Element {
  const [screen = '', id, part] = parts.value
  switch (screen) {
    case '':
      return <OverviewScreen />
    case 'campaigns':
      return id === undefined ? <CampaignsScreen /> : <CampaignScreen key={id} id={id} part={part ?? 'why'} />
    case 'accounts':
      return id === undefined ? <AccountsScreen /> : <AccountScreen key={id} id={id} />
    case 'acts':
      return id === undefined ? <ActsScreen /> : <ActScreen key={id} id={id} />
    case 'agents':
      return id === undefined ? <AgentsScreen /> : <SessionScreen key={id} id={id} />
    case 'policies':
      return <PoliciesScreen id={id} />
    case 'countermeasures':
      return <CountermeasuresScreen id={id} />
    case 'proof':
      return <ProofScreen />
    case 'ledger':
      return <LedgerScreen id={id} />
    case 'settings':
      return <SettingsScreen part={id ?? 'gate'} />
    default:
      return (
        <Page title="Not a screen">
          <Empty title="There is no such screen">The menu has all there are; ? shows the keys.</Empty>
        </Page>
      )
  }
}
