#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { runSource } from '@openehr-connectors/cdk'
import { source } from './source.js'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
await runSource(source, { name: 'source-openehr', version })
