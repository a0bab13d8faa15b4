import { render } from 'preact'
import { Console } from './console.tsx'
import { startKeys } from './keys.ts'
import { startRouting } from './route.ts'
import { loadSession } from './session.ts'
import { startTheme } from './theme.ts'

startTheme()
startRouting()
startKeys()
void loadSession()
const place = document.getElementById('console')
if (place) render(<Console />, place)
