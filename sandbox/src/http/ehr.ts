import { randomUUID } from 'node:crypto'
import { formatInstant } from '../instant.js'
import { parseObject } from '../store/composition.js'
import { Refusal } from '../store/refusal.js'
import type { Hit } from '../store/rows.js'
import type { Store } from '../store/store.js'
import type { Exchange } from './exchange.js'
import { json, type Reply } from './reply.js'

export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** EHRbase's constant: it never says when a resource was modified. */
export const lastModified = 'Fri, 02 Jan 1970 10:12:04 GMT'

const emptyStatus = {
  _type: 'EHR_STATUS',
  archetype_node_id: 'openEHR-EHR-EHR_STATUS.generic.v1',
  name: { _type: 'DV_TEXT', value: 'EHR Status' },
  subject: { _type: 'PARTY_SELF' },
  is_queryable: true,
  is_modifiable: true,
}

/** The resources EHR and EHR_STATUS. */
export function ehrResource(store: Store, baseUrl: () => string) {
  const headers = (ehrId: string) => ({
    Location: `${baseUrl()}/ehr/${ehrId}`,
    ETag: `"${ehrId}"`,
    'Last-Modified': lastModified,
  })
  const statusOf = (ehrId: string) => store.statusOf(ehrId)

  function ehr(hit: Hit): object {
    const { rows, row } = hit
    const status = statusOf(rows.id(row))
    return {
      system_id: { _type: 'HIER_OBJECT_ID', value: store.systemId },
      ehr_id: { _type: 'HIER_OBJECT_ID', value: rows.id(row) },
      ehr_status: JSON.parse(status.rows.text(status.row)),
      time_created: { _type: 'DV_DATE_TIME', value: formatInstant(rows.time(row)) },
    }
  }

  async function create(exchange: Exchange, ehrId: string): Promise<Reply> {
    const body = await exchange.body()
    store.createEhr(ehrId, body.trim() === '' ? emptyStatus : { ...emptyStatus, ...parseObject(body) })
    const shown = exchange.header('prefer')?.includes('return=representation')
      ? json(ehr(store.ehr(ehrId)), 201)
      : { status: 201 }
    return { ...shown, headers: { ...shown.headers, ...headers(ehrId) } }
  }

  return {
    create: (exchange: Exchange) => create(exchange, randomUUID()),

    createAs(exchange: Exchange, ehrId: string): Promise<Reply> {
      if (!uuid.test(ehrId)) throw new Refusal(400, 'EHR ID format not a UUID')
      return create(exchange, ehrId.toLowerCase())
    },

    get(ehrId: string): Reply {
      if (!uuid.test(ehrId)) throw new Refusal(404, 'EHR not found, in fact, only UUID-type IDs are supported')
      const reply = json(ehr(store.ehr(ehrId)))
      return { ...reply, headers: { ...reply.headers, ...headers(ehrId) } }
    },

    status(ehrId: string): Reply {
      const { rows, row } = statusOf(ehrId)
      const uid = store.versionUid({ id: rows.id(row), version: rows.version(row) })
      const Location = `${baseUrl()}/ehr/${ehrId}/ehr_status/${uid}`
      const modified = new Date(rows.time(row) / 1000).toUTCString()
      return {
        status: 200,
        headers: { 'Content-Type': 'application/json', Location, ETag: `"${uid}"`, 'Last-Modified': modified },
        body: rows.text(row),
      }
    },
  }
}
