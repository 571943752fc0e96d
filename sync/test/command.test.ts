import assert from 'node:assert/strict'
import { command, words } from '../src/command.js'

describe('A command line', () => {
  it('is cut into words as a shell does it', () => {
    assert.deepEqual(words(`node "my dir/main.js" --name='a "b"' back\\ slash "q\\"q" ''`), [
      'node',
      'my dir/main.js',
      '--name=a "b"',
      'back slash',
      'q"q',
      '',
    ])
  })

  it('must close its quotes', () => assert.throws(() => words('node "main.js'), /a quote that is never closed/))

  it('runs an installed package by its name', () => {
    const { file, args } = command('mocha --version', '/scratch')
    assert.equal(file, process.execPath)
    assert.match(args.join(' '), /node_modules[\\/]mocha[\\/].* --version$/)
  })

  it('is left alone when it names a program', () => {
    assert.deepEqual(command('python -m source', '/scratch'), { file: 'python', args: ['-m', 'source'] })
  })

  it('of docker gets stdin and the folder with the files, which its user may read', () => {
    assert.deepEqual(command('docker run --user 5:5 --rm image:1 --flag', '/scratch'), {
      file: 'docker',
      args: ['run', '-i', '-v', '/scratch:/scratch:ro', '--user', '5:5', '--rm', 'image:1', '--flag'],
    })
    const owner = `${process.getuid?.()}:${process.getgid?.()}`
    assert.deepEqual(command('docker run image', '/s').args, ['run', '-i', '-v', '/s:/s:ro', '--user', owner, 'image'])
  })
})
