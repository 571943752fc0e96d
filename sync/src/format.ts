const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `12,345` */
export const formatCount = (count: number): string => integer.format(count)

/** `0.4 MB`, `35 MB`; a MB is 10^6 bytes. */
export const formatBytes = (bytes: number): string =>
  bytes < 1e7 ? `${(bytes / 1e6).toFixed(1)} MB` : `${integer.format(bytes / 1e6)} MB`

/** `4.2 s`, `1:05 min`, `2:03:09 h` */
export const formatDuration = (seconds: number): string => {
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const two = (number: number) => String(number).padStart(2, '0')
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)} h` : `${minutes}:${two(whole % 60)} min`
}

/** Rows of cells in columns: the first to the left, the others to the right. */
export const formatTable = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
}
