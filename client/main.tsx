import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { SignInGate } from '#client/sign-in/sign-in-gate.tsx'
import { keepFocus } from '#client/ui/keep-focus.ts'
import { queryClient } from '#client/ui/trpc.ts'
import { Shell } from '#client/ui/shell.tsx'

const root = document.getElementById('page')
if (!root) throw new Error('index.html has no #page.')

keepFocus()
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <SignInGate>
        <Shell />
      </SignInGate>
    </QueryClientProvider>
  </StrictMode>,
)
