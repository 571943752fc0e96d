#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { runDestination } from '@openehr-connectors/cdk'
import { postgresDestination } from './destination.js'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
await runDestination(postgresDestination(process.env.WORKER_JOB_ID), { name: 'destination-postgres', version })
