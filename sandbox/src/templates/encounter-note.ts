import { adminEntry, cluster, element, evaluation, observation, section, template } from './description.js'
import {
  boolean,
  coded,
  codedIn,
  date,
  dateTime,
  duration,
  identifier,
  multimedia,
  ordinal,
  text,
  time,
  uri,
} from './value.js'

const symptom = cluster(
  'Symptom',
  '0..*',
  [
    element('Symptom name', '1..1', text, codedIn('SNOMED-CT')),
    element('Onset', '0..1', dateTime, duration, text),
    element('Severity', '0..1', ordinal([1, 'Mild'], [2, 'Moderate'], [3, 'Severe'])),
    cluster('Modifying factor', '0..*', [
      element('Factor', '1..1', text),
      element('Effect', '0..1', coded('Relieves', 'No effect', 'Worsens')),
    ]),
  ],
  'openEHR-EHR-CLUSTER.sandbox_symptom.v1',
)

const story = observation('Story', '0..1', 'openEHR-EHR-OBSERVATION.sandbox_story.v1', {
  events: [['Any event', '0..1', 'EVENT']],
  data: [element('Narrative', '0..*', text), symptom],
  protocol: [element('Informant', '0..1', text)],
})

const examination = observation('Examination', '0..1', 'openEHR-EHR-OBSERVATION.sandbox_examination.v1', {
  events: [['Any event', '0..*', 'EVENT']],
  data: [
    element('Finding', '0..*', text),
    element('No abnormality', '0..1', boolean),
    element('Picture', '0..*', multimedia),
  ],
})

const synopsis = evaluation('Clinical synopsis', '0..1', 'openEHR-EHR-EVALUATION.sandbox_synopsis.v1', {
  data: [element('Synopsis', '1..1', text), element('Impression', '0..*', text, codedIn('SNOMED-CT'))],
})

const plan = evaluation('Plan', '0..1', 'openEHR-EHR-EVALUATION.sandbox_plan.v1', {
  data: [
    element('Planned step', '0..*', text),
    element('Advice given', '0..1', text),
    element('Information for the patient', '0..1', uri),
  ],
})

const appointment = adminEntry('Appointment', '0..1', 'openEHR-EHR-ADMIN_ENTRY.sandbox_appointment.v1', [
  element('Appointment date', '1..1', date),
  element('Appointment time', '0..1', time),
  element('With', '0..1', text),
  element('Reminder before', '0..1', duration),
])

const heading = 'openEHR-EHR-SECTION.sandbox_heading.v1'

export const encounterNote = template({
  // A blank and a capital, as the ids of many published templates have them.
  templateId: 'Encounter note.v1',
  concept: 'Encounter note',
  purpose: 'What was told, found, thought and planned at a visit, mostly as text.',
  category: 'event',
  archetype: 'openEHR-EHR-COMPOSITION.sandbox_encounter_note.v1',
  otherContext: [
    element('Visit number', '0..1', identifier),
    element('Kind of visit', '0..1', coded('Planned', 'Urgent', 'Telephone', 'Home visit')),
  ],
  content: [
    section('Subjective', '0..1', heading, [story]),
    section('Objective', '0..1', heading, [examination]),
    section('Assessment', '0..1', heading, [synopsis]),
    section('Follow-up', '0..1', heading, [plan, appointment]),
  ],
})
