/** Names and what they come to, side by side. */
import type { ReactNode } from 'react'

export function Facts({ facts }: { facts: readonly (readonly [name: string, told: ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, told]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{told}</dd>
        </div>
      ))}
    </dl>
  )
}
