import { readFileSync } from 'node:fs'
import type { TemplateDescription } from './description.js'
import { encounterNote } from './encounter-note.js'
import { laboratoryReport } from './laboratory-report.js'
import { medication } from './medication.js'
import { problemList } from './problem-list.js'
import { vitalSigns } from './vital-signs.js'

/** The sandbox's templates. Their order is part of what a seed means. */
export const descriptions: readonly TemplateDescription[] = [
  vitalSigns,
  laboratoryReport,
  problemList,
  medication,
  encounterNote,
]

/** Where a template's checked-in files are: `.opt` is generated, `.webtemplate.json` recorded from an EHRbase. */
export const templateFile = (templateId: string, extension: 'opt' | 'webtemplate.json'): URL =>
  new URL(`../../../templates/${templateId}.${extension}`, import.meta.url)

/** A template as an openEHR server keeps it. */
export interface Template {
  readonly templateId: string
  readonly archetypeId: string
  readonly concept: string
  /** The operational template, XML. */
  opt(): string
  /** EHRbase's web template of it, JSON text. */
  webTemplate(): string
}

/** The templates that a population's compositions are of. */
export const templates: readonly Template[] = descriptions.map(({ templateId, concept, root }) => ({
  templateId,
  archetypeId: root.archetype ?? '',
  concept,
  opt: () => readFileSync(templateFile(templateId, 'opt'), 'utf8'),
  webTemplate: () => readFileSync(templateFile(templateId, 'webtemplate.json'), 'utf8'),
}))
