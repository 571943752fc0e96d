const SECONDS = 5
const RECORDS = 20_000

/** When it is time for states again: often enough that little is repeated after a crash, rarely enough to cost nothing. */
export class Checkpoint {
  private records = 0
  private since: number

  constructor(private readonly clock: () => number = Date.now) {
    this.since = clock()
  }

  count(records: number): void {
    this.records += records
  }

  /** True every few seconds, records or none (a quiet scan must show that it lives), and every tens of thousands of records. */
  isDue(): boolean {
    const due = this.records >= RECORDS || this.clock() - this.since >= SECONDS * 1000
    if (due) {
      this.records = 0
      this.since = this.clock()
    }
    return due
  }
}
