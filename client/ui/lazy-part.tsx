/** A part of a place, such as a drawer, whose code comes when it is opened for the first time. */
import { useEffect, useState, type ComponentType } from 'react'
import { notify } from './notices.tsx'
import { describeError } from './describe-error.ts'

interface LazyPart<Props> {
  Part: ComponentType<Props>
  /** Begins to load it ahead of time. */
  preload: () => void
}

export function lazyPart<Props extends { onClose: () => void }>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): LazyPart<Props> {
  let loading: Promise<ComponentType<Props>> | undefined
  let Loaded: ComponentType<Props> | undefined
  const begin = () => {
    loading ??= load().then(({ default: component }) => (Loaded = component))
    return loading
  }

  function Part(props: Props) {
    const [Component, setComponent] = useState<ComponentType<Props> | undefined>(() => Loaded)
    const { onClose } = props
    useEffect(() => {
      if (Component) return
      begin().then(
        (component) => setComponent(() => component),
        (error: unknown) => {
          loading = undefined
          notify({ ...describeError(error), retry: undefined })
          onClose()
        },
      )
    }, [Component, onClose])
    return Component ? <Component {...props} /> : null
  }

  return { Part, preload: () => void begin().catch(() => (loading = undefined)) }
}
