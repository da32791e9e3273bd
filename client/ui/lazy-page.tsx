/**
 * A place whose code comes when it is gone to. Not React's lazy: that holds back what has come for a third of a
 * second, lest a fallback flash; here the frame is empty until then, so there is nothing to flash.
 */
import { useEffect, useState, type ComponentType } from 'react'
import { ErrorState } from './states.tsx'

type Load = () => Promise<{ default: ComponentType }>

export interface LazyPlace {
  Place: ComponentType
  /** Begins to load it ahead of time. */
  preload: () => void
}

export function lazyPage(load: Load): LazyPlace {
  let loading: Promise<ComponentType> | undefined
  let Loaded: ComponentType | undefined
  const begin = () => {
    loading ??= load().then(({ default: component }) => (Loaded = component))
    return loading
  }

  function Place() {
    const [Component, setComponent] = useState<ComponentType | undefined>(() => Loaded)
    const [error, setError] = useState<unknown>()
    useEffect(() => {
      if (!Component && error === undefined)
        begin().then((component) => setComponent(() => component), setError)
    }, [Component, error])
    const retry = () => {
      loading = undefined
      setError(undefined)
    }
    if (Component) return <Component />
    if (error !== undefined) return <ErrorState error={error} retry={retry} />
    return <div className="place-content" aria-busy="true" />
  }

  // Should it fail, going there says so.
  return { Place, preload: () => void begin().catch(() => (loading = undefined)) }
}
