import { action, cluster, element, instruction, template } from './description.js'
import {
  boolean,
  coded,
  codedIn,
  count,
  date,
  dateTime,
  duration,
  identifier,
  interval,
  parsable,
  property,
  proportion,
  quantity,
  text,
  time,
} from './value.js'

const dose = quantity(property.mass, { unit: 'mg', min: 0 }, { unit: 'ug', min: 0 }, { unit: 'g', min: 0 })
const preparation = (): ReturnType<typeof element>[] => [
  element('Medication item', '1..1', codedIn('ATC'), text),
  element('Strength', '0..1', proportion(0)),
]

export const order = instruction('Medication order', '0..*', 'openEHR-EHR-INSTRUCTION.sandbox_medication_order.v1', {
  activity: [
    'Order',
    '1..*',
    [
      ...preparation(),
      element('Dose', '0..1', dose, interval(dose)),
      element('Route', '0..1', codedIn('SNOMED-CT')),
      element('Directions', '0..1', text),
      element('Structured directions', '0..1', parsable),
      element('Administration time', '0..*', time),
      element('As required', '0..1', boolean),
      element('Maximum doses a day', '0..1', interval(count(0, 24))),
      element('Start date', '0..1', date),
      element('Course duration', '0..1', duration),
      element('Repeats allowed', '0..1', count(0, 20)),
      cluster('Indication', '0..*', [element('Reason', '1..1', codedIn('SNOMED-CT'), text)]),
    ],
  ],
  protocol: [element('Prescription identifier', '0..1', identifier)],
})

export const administration = action('Medication action', '0..*', 'openEHR-EHR-ACTION.sandbox_medication_action.v1', {
  steps: [
    ['Prescription issued', '526'],
    ['Dose administered', '245'],
    ['Dose withheld', '530'],
    ['Course completed', '532'],
  ],
  description: [
    ...preparation(),
    element('Amount', '0..1', dose),
    element(
      'Reason for withholding',
      '0..1',
      coded('Refused', 'Nil by mouth', 'Out of stock', 'Adverse reaction'),
      text,
    ),
    element('Checked at', '0..1', dateTime),
    element('Sequence number', '0..1', count(1, 999)),
  ],
  protocol: [element('Batch', '0..1', identifier)],
})

export const medication = template({
  templateId: 'medication.v1',
  concept: 'Medication',
  purpose: 'Orders of medicines and what was done about them: prescribed, given, withheld, completed.',
  category: 'event',
  archetype: 'openEHR-EHR-COMPOSITION.sandbox_medication.v1',
  otherContext: [element('Care setting', '0..1', coded('Community', 'Inpatient', 'Discharge'))],
  content: [order, administration],
})
