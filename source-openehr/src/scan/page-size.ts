export interface PageLimits {
  /** Rows of the first page, and the bounds of later ones. */
  readonly first: number
  readonly least: number
  readonly most: number
  /** Bytes of an answer that pages aim at. */
  readonly target: number
}

/** Rows a page, so that answers come near the target: small enough for the server's memory, large enough to be few. */
export class PageSize {
  private rows: number
  private most: number

  constructor(private readonly limits: PageLimits) {
    this.most = limits.most
    this.rows = Math.min(limits.first, limits.most)
  }

  get limit(): number {
    return this.rows
  }

  /** A page came: aim at the target with the size of its rows, but grow no faster than twofold. */
  learn(rows: number, bytes: number): void {
    if (rows === 0) return
    const fitting = Math.floor(this.limits.target / (bytes / rows))
    this.set(Math.min(fitting, Math.max(this.rows, this.limits.least) * 2))
  }

  /** The server would not give so many. */
  halve(): void {
    this.set(Math.floor(this.rows / 2))
  }

  /** The server names its limit. */
  cap(most: number): void {
    this.most = Math.min(this.most, most)
    this.rows = Math.min(this.rows, this.most)
  }

  private set(rows: number): void {
    // A server's own limit may lie below our least.
    this.rows = Math.min(Math.max(rows, this.limits.least), this.most)
  }
}
