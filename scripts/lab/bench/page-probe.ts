/** What runs in the page under measurement: it says when something has been painted. */

export interface Probe {
  /** Milliseconds since 1970 of the first frame in which it is there. */
  painted(isThere: () => boolean): Promise<number>
  /** Whether the whole table shows rows, and none that is still waited for. */
  full(this: void): boolean
  /** Of the last answer to a question with this in its address. */
  answeredAt(part: string): number
  /** Of the frames until it is stopped: how long each took, in milliseconds. */
  frames(): { stop(): number[] }
}

declare global {
  var probe: Probe
  var firstRows: Promise<number>
}

/** Put in the page before anything else; it may use nothing from outside. */
export function installProbe(): void {
  globalThis.probe = {
    painted: (isThere) =>
      new Promise((resolve) => {
        const look = () => {
          // What a frame's callback leaves to be done later, is done once the frame is painted.
          if (isThere()) setTimeout(() => resolve(performance.timeOrigin + performance.now()))
          else requestAnimationFrame(look)
        }
        requestAnimationFrame(look)
      }),
    full() {
      const box = document.querySelector('.table-scroll')?.getBoundingClientRect()
      if (!box) return false
      return [box.top + 60, (box.top + box.bottom) / 2, box.bottom - 30].every(
        (y) => document.elementFromPoint(box.left + 60, y)?.closest('tr[data-row]') != null,
      )
    },
    answeredAt(part) {
      const answers = performance
        .getEntriesByType('resource')
        .filter(({ name }) => name.includes(part)) as PerformanceResourceTiming[]
      return performance.timeOrigin + Math.max(...answers.map(({ responseEnd }) => responseEnd))
    },
    frames() {
      const times: number[] = []
      let last = performance.now()
      let stopped = false
      const next = () => {
        const at = performance.now()
        times.push(at - last)
        last = at
        if (!stopped) requestAnimationFrame(next)
      }
      requestAnimationFrame(next)
      return {
        stop() {
          stopped = true
          return times
        },
      }
    },
  }
  globalThis.firstRows = globalThis.probe.painted(() => document.querySelector('tr[data-row]') !== null)
}
