import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { SignInGate } from '#client/sign-in/sign-in-gate.tsx'
import { applyAppearance } from '#client/ui/appearance.ts'
import { keepFocus } from '#client/ui/keep-focus.ts'
import { queryClient } from '#client/ui/trpc.ts'
import { Shell } from '#client/ui/shell.tsx'

const root = document.getElementById('page')
if (!root) throw new Error('index.html has no #page.')

applyAppearance()
keepFocus()
// It is in the style sheet, and ready in a moment: text that came before it would move.
await document.fonts.load('1em Figtree').catch(() => undefined)
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <SignInGate>
        <Shell />
      </SignInGate>
    </QueryClientProvider>
  </StrictMode>,
)
