/** How often which path was asked for: ids in paths are written as `{id}`. */
export class Requests {
  private counts: Record<string, number> = {}

  count(method: string, path: string): void {
    const pattern = path.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(::[^/]+::\d+)?/gi, '{id}')
    const key = `${method} ${pattern}`
    this.counts[key] = (this.counts[key] ?? 0) + 1
  }

  /** By method and path below the base URL, such as `POST /query/aql`. */
  get byPath(): Readonly<Record<string, number>> {
    return this.counts
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0)
  }

  reset(): void {
    this.counts = {}
  }
}
