/**
 * The items until `signal` aborts. A wait that nothing ends is left to itself: the owner of the stream destroys it.
 */
export async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  try {
    while (!signal.aborted) {
      const next = await unlessAborted(iterator.next(), signal)
      if (next === undefined || next.done) return
      yield next.value
    }
  } finally {
    // Not awaited: behind a `next` that never comes, it never ends either.
    iterator.return?.(undefined).catch(() => {})
  }
}

/** One listener for each wait, taken away behind it: racing one promise of the abort again and again would leak. */
function unlessAborted<T>(wait: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise<T | undefined>((resolve, reject) => {
    const onAbort = () => resolve(undefined)
    signal.addEventListener('abort', onAbort, { once: true })
    wait.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
