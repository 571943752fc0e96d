/** A query that the server refuses, with EHRbase's status and words. */
export class AqlError extends Error {
  override readonly name = 'AqlError'
  constructor(
    message: string,
    readonly status: 400 | 422 | 500 = 400,
  ) {
    super(message)
  }
}

export const notImplemented = (what: string): AqlError => new AqlError(`Not implemented: ${what}`)

/** EHRbase trips over such a query instead of refusing it. */
export const internalError = (): AqlError =>
  new AqlError('An internal error has occurred. Please contact your administrator.', 500)
