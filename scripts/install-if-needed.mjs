// Before `npm start` and `npm test`: installs what package-lock.json names, if it is not there yet. Node and npm only.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const changed = file => (existsSync(`${root}/${file}`) ? statSync(`${root}/${file}`).mtimeMs : 0)

// npm writes this file at the end of each installation.
const installed = changed('node_modules/.package-lock.json')

if (installed < changed('package-lock.json')) {
  const why = installed === 0 ? 'This is the first run' : 'The dependencies have changed'
  process.stdout.write(`${why}: installing what is needed, a moment …\n`)
  // The npm that runs us, not another one of the PATH.
  const npm = process.env.npm_execpath
  const [command, ...args] = npm?.endsWith('js') ? [process.execPath, npm] : ['npm']
  const { status } = spawnSync(command, [...args, 'ci', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: command === 'npm' && process.platform === 'win32',
  })
  process.exitCode = status ?? 1
}
