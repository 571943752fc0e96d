// For `node --import`: a connector that moves records writes its pid into the file that the query of this URL names.
import { writeFileSync } from 'node:fs'

const file = new URL(import.meta.url).searchParams.get('file')
if (file !== null && ['read', 'write'].includes(process.argv[2] ?? '')) writeFileSync(file, `${process.pid}`)
