import { formatInstant } from '../instant.js'
import { Refusal } from '../store/refusal.js'
import type { Store } from '../store/store.js'
import type { Version } from '../store/written.js'
import { lastModified, uuid } from './ehr.js'
import type { Exchange } from './exchange.js'
import { json, type Reply } from './reply.js'

export interface CompositionOptions {
  store: Store
  baseUrl: () => string
  isPoisoned: (id: string) => boolean
  payloadText: (compact: string) => string
}

/** The resources COMPOSITION and VERSIONED_COMPOSITION. */
export function compositionResource({ store, baseUrl, isPoisoned, payloadText }: CompositionOptions) {
  const headers = (version: Version, uid: string): Record<string, string> => ({
    Location: `${baseUrl()}/ehr/${version.ehrId}/composition/${uid}`,
    ETag: `"${store.versionUid(version)}"`,
    'Last-Modified': lastModified,
    'EHRBase-Template-ID': version.templateId,
  })

  /** Versions from the oldest on, and the one meant where the uid names one. */
  function find(ehrId: string, uid: string) {
    const [id = '', system, number] = uid.split('::')
    if (!uuid.test(id)) throw new Refusal(400, `Invalid UUID string: ${uid}`)
    const versions = store.versionsOf(ehrId, id.toLowerCase())
    const meant = versions.filter(
      ({ version }) => number === undefined || (`${version}` === number && system === store.systemId),
    )
    return { id, number, versions, version: meant.at(-1) }
  }

  /** EHRbase accepts compositions that it cannot read again. */
  function readable({ id, text }: Version): string {
    if (isPoisoned(id)) throw new Refusal(400, 'parent already has child feeder_audit')
    return text ?? ''
  }

  function written(exchange: Exchange, version: Version, created: boolean): Reply {
    const own = headers(version, version.id)
    if (!exchange.header('prefer')?.includes('return=representation')) return { status: 204, headers: own }
    const body = payloadText(version.text ?? '')
    return { status: created ? 201 : 200, headers: { ...own, 'Content-Type': 'application/json' }, body }
  }

  return {
    async create(exchange: Exchange, ehrId: string): Promise<Reply> {
      return written(exchange, store.createComposition(ehrId, await exchange.body()), true)
    },

    async update(exchange: Exchange, ehrId: string, uid: string): Promise<Reply> {
      const preceding = exchange.header('if-match')
      if (preceding === undefined) {
        throw new Refusal(400, "Required request header 'If-Match' for method parameter type String is not present")
      }
      if (!uuid.test(preceding.split('::', 1)[0] ?? '')) throw new Refusal(400, 'UUID string too large')
      if (!preceding.startsWith(uid)) throw new Refusal(400, 'The uid of the path is not that of If-Match')
      return written(exchange, store.updateComposition(ehrId, preceding, await exchange.body()), false)
    },

    remove(ehrId: string, uid: string): Reply {
      if (!uid.includes('::')) throw new Refusal(501, 'The current operation is not supported by this server.')
      store.deleteComposition(ehrId, uid)
      return { status: 204, headers: { ETag: `"${uid}"` } }
    },

    get(ehrId: string, uid: string): Reply {
      const { id, number, versions, version } = find(ehrId, uid)
      if (!version) {
        const message =
          versions.length > 0 ? 'No COMPOSITION with given ID found' : `No COMPOSITION with given id: ${id}`
        throw new Refusal(404, message)
      }
      if (version.text === undefined) return { status: 204 }
      const own = headers(version, number === undefined ? version.id : uid)
      const body = payloadText(readable(version))
      return { status: 200, headers: { ...own, 'Content-Type': 'application/json' }, body }
    },

    /** A version with its audit, as VERSIONED_COMPOSITION's `version` and `version/{uid}` show it. */
    version(ehrId: string, versioned: string, uid = versioned): Reply {
      const { id, number, version } = find(ehrId, uid)
      if (!version || !uid.startsWith(versioned)) {
        const which = number === undefined ? '' : ` and version: ${number}`
        throw new Refusal(404, `No VERSIONED_COMPOSITION with given id: ${id}${which}`)
      }
      const content = version.text === undefined ? {} : { data: JSON.parse(readable(version)) }
      const before =
        version.version > 1 ? { preceding_version_uid: versionId({ ...version, version: version.version - 1 }) } : {}
      return json({
        _type: 'ORIGINAL_VERSION',
        uid: versionId(version),
        ...before,
        contribution: {
          _type: 'OBJECT_REF',
          id: { _type: 'HIER_OBJECT_ID', value: version.contributionId },
          namespace: 'local',
          type: 'CONTRIBUTION',
        },
        commit_audit: audit(version),
        lifecycle_state: coded(
          'openehr',
          version.text === undefined ? '523' : '532',
          version.text === undefined ? 'deleted' : 'complete',
        ),
        ...content,
      })
    },

    history(ehrId: string, uid: string): Reply {
      const { id, versions } = find(ehrId, uid)
      if (versions.length === 0) throw new Refusal(404, `No VERSIONED_COMPOSITION with given id: ${id}`)
      return json(
        versions.map(version => ({
          _type: 'REVISION_HISTORY_ITEM',
          version_id: versionId(version),
          audits: [audit(version)],
        })),
      )
    },
  }

  function versionId(version: { id: string; version: number }) {
    return { _type: 'OBJECT_VERSION_ID', value: store.versionUid(version) }
  }

  function audit({ time, version, text }: Version) {
    const [code, value] =
      text === undefined ? ['523', 'deleted'] : version === 1 ? ['249', 'creation'] : ['251', 'modification']
    return {
      _type: 'AUDIT_DETAILS',
      system_id: store.systemId,
      time_committed: { _type: 'DV_DATE_TIME', value: formatInstant(time) },
      change_type: coded('openehr', code, value),
      committer: { _type: 'PARTY_IDENTIFIED', name: 'Sandbox' },
    }
  }
}

const coded = (terminology: string, code: string, value: string) => ({
  _type: 'DV_CODED_TEXT',
  value,
  defining_code: {
    _type: 'CODE_PHRASE',
    terminology_id: { _type: 'TERMINOLOGY_ID', value: terminology },
    code_string: code,
  },
})
