// The sandbox in a thread of its own: it answers while the main thread carries records, and ends with the process.
import { parentPort, workerData } from 'node:worker_threads'
import { Population, type SandboxOptions, startSandbox } from '@openehr-connectors/sandbox'
import type { FiledCount, SandboxReply, SandboxRequest } from './clinic.js'

const options = workerData as SandboxOptions
const sandbox = await startSandbox(options)
const { population, baseUrl } = sandbox

const send = async (method: 'POST' | 'PUT', path: string, composition: string, headers = {}): Promise<void> => {
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: composition,
  })
  if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${method}.`)
}

/** Files compositions over REST as a ward's software would: new ones, and one correction in ten. */
const file = async (count: number): Promise<FiledCount> => {
  const corrected = Math.floor(count / 10)
  // The clock makes each day's patients others.
  const today = new Population({ seed: Date.now(), compositions: Math.max(1, count - corrected) })
  for (let index = 0; index < count - corrected; index++) {
    const { uid: _, ...composition } = JSON.parse(today.text(index)) as Record<string, unknown>
    const ehrId = population.ehrIdAt(index % population.ehrs)
    await send('POST', `/ehr/${ehrId}/composition`, JSON.stringify(composition))
  }
  for (let index = 0; index < corrected; index++) {
    const uid = population.uidAt(index)
    await send(
      'PUT',
      `/ehr/${population.ehrIdAt(population.ehrAt(index))}/composition/${uid}`,
      population.text(index),
      {
        'If-Match': `${uid}::${population.systemId}::1`,
      },
    )
  }
  return { created: count - corrected, corrected }
}

const tell = (reply: SandboxReply) => parentPort?.postMessage(reply)

parentPort?.on('message', async ({ file: count }: SandboxRequest) => tell({ filed: await file(count) }))
tell({ started: { baseUrl, port: sandbox.port, compositions: population.size, ehrs: population.ehrs } })
