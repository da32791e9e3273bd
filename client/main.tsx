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
const draw = () =>
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <SignInGate>
          <Shell />
        </SignInGate>
      </QueryClientProvider>
    </StrictMode>,
  )
// The typeface is in the style sheet, and ready in a moment: text that came before it would move. No `await`: with one,
// the bundler takes the first script apart, into 30 files.
void document.fonts.load('1em Figtree').then(draw, draw)
