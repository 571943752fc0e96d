import { spawnSync } from 'node:child_process'

/** The system account that PostgreSQL runs as. It refuses to run as root. */
export interface Account {
  uid: number
  gid: number
}

/**
 * The account to start PostgreSQL with: none (our own) unless we are root; then `postgres`, made if need be.
 *
 * @throws Error when we are root and the account can neither be found nor made
 */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const account = lookUp('postgres')
  if (account) return account
  spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', 'postgres'])
  const made = lookUp('postgres')
  if (!made) throw new Error('PostgreSQL does not run as root, and a user "postgres" could not be made for it.')
  return made
}

function lookUp(name: string): Account | undefined {
  const [uid, gid] = ['-u', '-g'].map(flag => spawnSync('id', [flag, name], { encoding: 'utf8' }))
  if (uid?.status !== 0 || gid?.status !== 0) return undefined
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}

/** Whether the account may go all the way to this path. Asked of the system itself: modes, owners and mounts all count. */
export function canReach(account: Account, path: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { ...account, cwd: '/' }).status === 0
}
