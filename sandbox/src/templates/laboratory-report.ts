import { cluster, element, observation, template } from './description.js'
import {
  anyQuantity,
  boolean,
  coded,
  codedIn,
  dateTime,
  identifier,
  interval,
  multimedia,
  ordinal,
  parsable,
  property,
  quantity,
  text,
  uri,
} from './value.js'

const specimen = cluster(
  'Specimen',
  '0..*',
  [
    element('Specimen type', '1..1', codedIn('SNOMED-CT')),
    element('Accession number', '0..1', identifier),
    element('Collected at', '0..1', dateTime),
    element('Received at', '0..1', dateTime),
    element('Fasting', '0..1', boolean),
    element('Quality issue', '0..*', coded('Haemolysed', 'Clotted', 'Insufficient', 'Mislabelled')),
  ],
  'openEHR-EHR-CLUSTER.sandbox_specimen.v1',
)

const analyte = cluster(
  'Analyte result',
  '0..*',
  [
    element('Analyte name', '1..1', codedIn('LOINC')),
    element(
      'Result value',
      '0..1',
      anyQuantity,
      ordinal([0, 'Negative'], [1, 'Trace'], [2, '1+'], [3, '2+'], [4, '3+']),
      coded('Detected', 'Not detected', 'Indeterminate'),
    ),
    element('Result status', '0..1', coded('Preliminary', 'Final', 'Amended')),
    element('Validated at', '0..1', dateTime),
    element('Remark', '0..*', text),
  ],
  'openEHR-EHR-CLUSTER.sandbox_analyte.v1',
)

const result = observation('Laboratory test result', '0..*', 'openEHR-EHR-OBSERVATION.sandbox_laboratory.v1', {
  events: [['Any event', '0..*', 'POINT_EVENT']],
  data: [
    element('Test name', '1..1', codedIn('LOINC'), text),
    specimen,
    element('Overall status', '0..1', coded('Registered', 'Partial', 'Final', 'Corrected')),
    analyte,
    element('Conclusion', '0..1', text),
    element(
      'Therapeutic target',
      '0..1',
      interval(quantity(property.mass, { unit: 'mmol/mol' }, { unit: 'mmol/l' }, { unit: '{INR}' })),
    ),
  ],
  protocol: [
    element('Laboratory', '0..1', text),
    element('Requester order', '0..1', identifier),
    element('Report document', '0..1', multimedia),
    element('Report address', '0..1', uri),
    element('Original message', '0..1', parsable),
  ],
})

export const laboratoryReport = template({
  templateId: 'laboratory_report.v1',
  concept: 'Laboratory report',
  purpose: 'Results of laboratory tests on specimens, with reference ranges, as a laboratory sends them.',
  category: 'event',
  archetype: 'openEHR-EHR-COMPOSITION.sandbox_laboratory_report.v1',
  otherContext: [
    element('Report identifier', '1..1', identifier),
    element('Report status', '0..1', coded('Preliminary', 'Final', 'Amended')),
  ],
  content: [result],
})
