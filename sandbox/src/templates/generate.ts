import { writeFileSync } from 'node:fs'
import { descriptions, templateFile } from './catalogue.js'
import { optOf } from './opt.js'

for (const description of descriptions) writeFileSync(templateFile(description.templateId, 'opt'), optOf(description))
