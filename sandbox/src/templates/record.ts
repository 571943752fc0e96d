/** Uploads the templates to an EHRbase and records its web templates. Its argument: the base URL of the openEHR REST API. Format afterwards. */
import { writeFileSync } from 'node:fs'
import { templateFile, templates } from './catalogue.js'

const base = process.argv[2]
if (base === undefined) throw new Error('Say which EHRbase: record.js http://HOST:PORT/ehrbase/rest/openehr/v1')
const definitions = `${base}/definition/template/adl1.4`

for (const template of templates) {
  const headers = { 'content-type': 'application/xml', accept: 'application/xml' }
  const upload = await fetch(definitions, { method: 'POST', headers, body: template.opt() })
  // 409: the server has it already.
  if (!upload.ok && upload.status !== 409) {
    throw new Error(`${template.templateId} was answered ${upload.status}: ${await upload.text()}`)
  }
  const recorded = await fetch(`${definitions}/${encodeURIComponent(template.templateId)}`, {
    headers: { accept: 'application/openehr.wt+json' },
  })
  if (!recorded.ok) throw new Error(`The web template of ${template.templateId} was answered ${recorded.status}.`)
  const webTemplate = `${JSON.stringify(await recorded.json(), null, 2)}\n`
  writeFileSync(templateFile(template.templateId, 'webtemplate.json'), webTemplate)
}
