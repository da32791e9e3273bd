/** What holds in the server that answered; of a secret only whether it is set. */
import { useQuery } from '@tanstack/react-query'
import type { Outputs } from '#client/api.ts'
import { FoldedPart } from '#client/ui/folded-part.tsx'
import { Mistake } from '#client/ui/mistake.tsx'
import { trpc } from '#client/ui/trpc.ts'

type Setting = Outputs['system']['settings']['items'][number]

export function SettingsInForce() {
  return (
    <FoldedPart title="Settings in force">
      <SettingsTables />
    </FoldedPart>
  )
}

function SettingsTables() {
  const found = useQuery(trpc.system.settings.queryOptions({}))
  if (!found.data)
    return found.error ? <Mistake error={found.error} /> : <p className="quiet-text">Loading…</p>
  return (
    <>
      <p className="quiet-text">
        Environment variables, read when the server starts. What is set and not the default is bold.
      </p>
      {[...Map.groupBy(found.data.items, ({ group }) => group)].map(([group, settings]) => (
        <div key={group}>
          <h3>{group}</h3>
          <dl className="settings">
            {settings.map((setting) => (
              <div key={setting.name}>
                <dt>
                  <code>{setting.name}</code>
                </dt>
                <dd>
                  <ValueOf setting={setting} />
                  <div className="quiet-text">{setting.description.replaceAll(/`|\[|\]\([^)]*\)/g, '')}</div>
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </>
  )
}

function ValueOf({ setting: { value, is_set: isSet, is_secret: isSecret } }: { setting: Setting }) {
  if (isSecret) return isSet ? <strong>set</strong> : <span className="quiet-text">not set</span>
  if (value === null) return <span className="quiet-text">not set</span>
  return isSet ? <strong>{value}</strong> : <>{value}</>
}
