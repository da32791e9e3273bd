/**
 * Components whose code is loaded on first use. Not React's `lazy`: that delays what has been loaded by a third of a
 * second, so that a fallback does not flash; here the frame is empty until then.
 */
import { useEffect, useState, type ComponentType } from 'react'
import { describeError } from './describe-error.ts'
import { notify } from './notices.tsx'
import { ErrorState } from './states.tsx'

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>

/** A page, in the place of the one before. */
export interface LazyPage {
  Page: ComponentType
  /** Starts to load it ahead of time. */
  preload: () => void
}

/** A part of a page, such as a drawer; one that cannot be loaded closes with a notice. */
export interface LazyPart<Props> {
  Part: ComponentType<Props>
  preload: () => void
}

export function lazyPage(load: Load<object>): LazyPage {
  const { useLoaded, reset, preload } = loader(load)

  function Page() {
    const [error, setError] = useState<unknown>()
    const Component = useLoaded(error === undefined, setError)
    const retry = () => {
      reset()
      setError(undefined)
    }
    if (Component) return <Component />
    if (error !== undefined) return <ErrorState error={error} retry={retry} />
    return <div className="place-content" aria-busy="true" />
  }

  return { Page, preload }
}

export function lazyPart<Props extends { onClose: () => void }>(load: Load<Props>): LazyPart<Props> {
  const { useLoaded, reset, preload } = loader(load)

  function Part(props: Props) {
    const { onClose } = props
    const Component = useLoaded(true, (error) => {
      reset()
      notify({ ...describeError(error), retry: undefined })
      onClose()
    })
    return Component ? <Component {...props} /> : null
  }

  return { Part, preload }
}

function loader<Props>(load: Load<Props>) {
  let loading: Promise<ComponentType<Props>> | undefined
  let Loaded: ComponentType<Props> | undefined
  const begin = () => {
    loading ??= load().then(({ default: component }) => (Loaded = component))
    return loading
  }
  const reset = () => {
    loading = undefined
  }
  const useLoaded = (isWanted: boolean, onError: (error: unknown) => void) => {
    const [Component, setComponent] = useState<ComponentType<Props> | undefined>(() => Loaded)
    useEffect(() => {
      if (!Component && isWanted) begin().then((component) => setComponent(() => component), onError)
      // `onError` is another function at each rendering, and loading starts once.
      // oxlint-disable-next-line react/exhaustive-deps -- see above
    }, [Component, isWanted])
    return Component
  }
  // An error is reported where the component is opened.
  return { reset, useLoaded, preload: () => void begin().catch(reset) }
}
