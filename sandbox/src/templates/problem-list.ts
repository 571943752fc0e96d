import { cluster, element, evaluation, section, template } from './description.js'
import { boolean, coded, codedIn, count, date, dateTime, duration, ordinal, text, uri } from './value.js'

const problem = evaluation('Problem', '0..*', 'openEHR-EHR-EVALUATION.sandbox_problem.v1', {
  data: [
    // Text beside a code: a problem may be written as free text where no code fits.
    element('Problem name', '1..1', text, codedIn('SNOMED-CT')),
    element('Description', '0..1', text),
    element('Body site', '0..*', codedIn('SNOMED-CT')),
    element('Date of onset', '0..1', date),
    element('Age at onset', '0..1', duration),
    element('Severity', '0..1', ordinal([1, 'Mild'], [2, 'Moderate'], [3, 'Severe'])),
    element('Certainty', '0..1', coded('Suspected', 'Probable', 'Confirmed')),
    element('Number of exacerbations', '0..1', count(0, 99)),
    cluster('Status', '0..1', [
      element('Active', '0..1', boolean),
      element('Course', '0..1', coded('Stable', 'Improving', 'Worsening', 'Resolved')),
    ]),
    element('Date of resolution', '0..1', date),
    element('Comment', '0..*', text),
  ],
  protocol: [element('Last updated', '0..1', dateTime), element('Guideline', '0..1', uri)],
})

const heading = 'openEHR-EHR-SECTION.sandbox_heading.v1'

export const problemList = template({
  templateId: 'problem_list.v1',
  concept: 'Problem list',
  purpose: 'The problems of a person, present and past, in one list that is kept up to date.',
  category: 'persistent',
  archetype: 'openEHR-EHR-COMPOSITION.sandbox_problem_list.v1',
  content: [
    section('Active problems', '0..1', heading, [problem]),
    section('Past problems', '0..1', heading, [problem]),
  ],
})
