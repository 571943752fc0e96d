import { action, cluster, element, observation, template } from './description.js'
import {
  boolean,
  coded,
  count,
  duration,
  identifier,
  ordinal,
  property,
  proportion,
  quantity,
  text,
  time,
} from './value.js'

const pressure = quantity(property.pressure, { unit: 'mm[Hg]', min: 0, max: 1000 })
const rate = quantity(property.frequency, { unit: '/min', min: 0, max: 1000 })

const bloodPressure = observation('Blood pressure', '0..1', 'openEHR-EHR-OBSERVATION.sandbox_blood_pressure.v1', {
  events: [
    ['Any event', '0..*', 'EVENT'],
    ['24 hour average', '0..1', 'INTERVAL_EVENT'],
  ],
  data: [
    element('Systolic', '0..1', pressure),
    element('Diastolic', '0..1', pressure),
    element('Mean arterial pressure', '0..1', pressure),
    element('Clinical interpretation', '0..1', text),
  ],
  state: [
    element('Position', '0..1', coded('Standing', 'Sitting', 'Reclining', 'Lying')),
    element('Exertion', '0..1', coded('At rest', 'Post-exercise')),
  ],
  protocol: [
    element('Cuff size', '0..1', coded('Small adult', 'Adult', 'Large adult', 'Thigh')),
    element('Location of measurement', '0..1', coded('Right arm', 'Left arm', 'Right thigh', 'Left thigh')),
    cluster('Device', '0..1', [
      element('Device name', '1..1', text),
      element('Serial number', '0..1', identifier),
      element('Time since calibration', '0..1', duration),
    ]),
  ],
})

const pulse = observation('Pulse', '0..1', 'openEHR-EHR-OBSERVATION.sandbox_pulse.v1', {
  events: [['Any event', '0..*', 'POINT_EVENT']],
  data: [
    element('Rate', '0..1', rate),
    element('Irregular', '0..1', boolean),
    element('Character', '0..1', coded('Normal', 'Bounding', 'Thready'), text),
  ],
})

const temperature = observation('Body temperature', '0..1', 'openEHR-EHR-OBSERVATION.sandbox_temperature.v1', {
  events: [['Any event', '0..*', 'EVENT']],
  data: [
    element(
      'Temperature',
      '1..1',
      quantity(property.temperature, { unit: 'Cel', min: 0, max: 50 }, { unit: '[degF]', min: 30, max: 130 }),
    ),
  ],
  protocol: [element('Site of measurement', '0..1', coded('Mouth', 'Ear canal', 'Axilla', 'Rectum', 'Forehead'))],
})

const respiration = observation('Respiration', '0..1', 'openEHR-EHR-OBSERVATION.sandbox_respiration.v1', {
  events: [['Any event', '0..*', 'POINT_EVENT']],
  data: [element('Rate', '0..1', rate), element('Regularity', '0..1', coded('Regular', 'Irregular'))],
})

const oxygenation = observation('Pulse oximetry', '0..1', 'openEHR-EHR-OBSERVATION.sandbox_pulse_oximetry.v1', {
  events: [['Any event', '0..*', 'POINT_EVENT']],
  data: [element('SpO2', '0..1', proportion(2))],
  state: [
    cluster('Inspired oxygen', '0..1', [
      element('On air', '0..1', boolean),
      element('Flow rate', '0..1', quantity(property.flow, { unit: 'l/min', min: 0, max: 60 })),
    ]),
  ],
})

const earlyWarning = observation('Early warning score', '0..1', 'openEHR-EHR-OBSERVATION.sandbox_warning_score.v1', {
  events: [['Point in time', '0..1', 'POINT_EVENT']],
  data: [
    element(
      'Consciousness',
      '0..1',
      ordinal(
        [0, 'Alert'],
        [3, 'New confusion'],
        [4, 'Responds to voice'],
        [5, 'Responds to pain'],
        [6, 'Unresponsive'],
      ),
    ),
    element('Total score', '0..1', count(0, 24)),
    element('Clinical risk', '0..1', ordinal([1, 'Low'], [2, 'Medium'], [3, 'High'])),
    element('Next observation at', '0..1', time),
  ],
})

const notification = action('Escalation', '0..*', 'openEHR-EHR-ACTION.sandbox_escalation.v1', {
  steps: [
    ['Clinician notified', '245'],
    ['Escalation closed', '532'],
  ],
  description: [element('Notified person', '0..1', text), element('Response', '0..1', text)],
})

export const vitalSigns = template({
  templateId: 'vital_signs.v1',
  concept: 'Vital signs',
  purpose: 'A round of vital signs as nurses, ambulances and monitors file it.',
  category: 'event',
  archetype: 'openEHR-EHR-COMPOSITION.sandbox_vital_signs.v1',
  otherContext: [element('Ward', '0..1', text), element('Episode of care', '0..1', identifier)],
  content: [bloodPressure, pulse, temperature, respiration, oxygenation, earlyWarning, notification],
})
