import { clockDate, day, writtenDate } from './calendar.js'
import { episodes } from './conditions.js'
import { chosen, type Data } from './data.js'
import { party } from './patient.js'
import { clock, contextOf, type Filing, type Reading, readingOf } from './visit.js'

// A grey pixel: pictures in notes are real files, if small ones.
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mOor6//DwAFfAKAz2zZ4wAAAABJRU5ErkJggg=='

const ago = ({ time, patient }: Filing, days: number): string => clockDate(time - days * day, patient.facility.offset)

/** What the patient tells, as it is written down: with names, dates and a telephone number. */
function story(filing: Filing, told: string): string[] {
  const { patient, chance, author } = filing
  const { relative } = patient
  const telephone = `0555 0${patient.telephone}`
  const pronoun = patient.sex === 'female' ? 'She' : 'He'
  const opening = chance.pick([
    `${patient.given} ${patient.family}, born ${writtenDate(clockDate(patient.bornAt, 0))}, comes for review.`,
    `${patient.given} ${patient.family} was last seen on ${writtenDate(ago(filing, chance.int(20, 200)))} by ${patient.doctor.name}.`,
    `${pronoun} was asked to come by ${patient.doctor.name} after the letter of ${ago(filing, chance.int(3, 20))}.`,
  ])
  const company = chance.pick([
    `${pronoun} is here with ${relative.given} (${relative.relation}), who can be reached at ${telephone}.`,
    `${relative.given} ${relative.family} called on ${writtenDate(ago(filing, chance.int(1, 9)))} and is worried: "${pronoun} does not say everything."`,
    'Comes alone.',
    `Telephone ${telephone} is still right.`,
  ])
  const paragraphs = [`${opening} ${told} ${company}`]
  if (chance.happens(0.3)) {
    paragraphs.push(
      `Old notes read by ${author.name}: seen at ${patient.facility.name} in ${ago(filing, chance.int(300, 1500)).slice(0, 4)}, discharged without treatment.`,
    )
  }
  return paragraphs
}

function symptomOf(filing: Filing, told: string, label: string): Data {
  const { chance } = filing
  const days = chance.int(1, 40)
  return {
    'Symptom name': chance.happens(0.5)
      ? chosen('DV_TEXT', told.split(/[.;,]/)[0])
      : chosen(
          'DV_CODED_TEXT',
          chance.pick([
            { code: '22253000', label: 'Pain' },
            { code: '84229001', label: 'Fatigue' },
            { code: '267036007', label: 'Dyspnea' },
          ]),
        ),
    Onset: chance.pick([
      chosen('DV_DATE_TIME', clock(filing, -days * 1440)),
      chosen('DV_DURATION', `P${days}D`),
      chosen('DV_TEXT', `about ${writtenDate(ago(filing, days))}`),
    ]),
    Severity: chance.happens(0.12) ? { nullFlavour: '272' } : chance.pick(['Mild', 'Moderate', 'Severe']),
    'Modifying factor': ['Rest', 'Walking', 'Cold air', `Tablets for ${label.toLowerCase()}`]
      .filter(() => chance.happens(0.25))
      .map(Factor => ({
        Factor,
        Effect: chance.happens(0.15) ? undefined : chance.pick(['Relieves', 'No effect', 'Worsens']),
      })),
  }
}

function examination(filing: Filing, { systolic, diastolic, pulse, temperature }: Reading): Data {
  const { chance } = filing
  const findings = [
    `Blood pressure ${systolic}/${diastolic}, pulse ${pulse}, temperature ${temperature}.`,
    chance.pick(['Chest clear, no murmur.', 'Fine crackles at both bases.', 'Heart sounds faint but regular.']),
    chance.pick([
      'Abdomen soft, not tender.',
      'Tender below the right ribs, no guarding.',
      'Gait steady, reflexes equal.',
    ]),
  ]
  const picture = { mediaType: 'image/png', size: 70, description: 'Skin of the left forearm', data: pixel }
  return {
    data: {
      origin: clock(filing, 6),
      'Any event': {
        time: clock(filing, 6),
        data: {
          Finding: findings,
          'No abnormality': findings[1] === 'Chest clear, no murmur.' && temperature < 38,
          Picture: chance.happens(0.06) ? [picture] : undefined,
        },
      },
    },
  }
}

/** The data of a visit's note. */
export function encounterNoteData(filing: Filing): Data {
  const { chance, patient, author, nurse } = filing
  const reading = readingOf(filing)
  const isUrgent = patient.conditions.length === 0 || chance.happens(0.3)
  const condition = isUrgent ? undefined : chance.pick(patient.conditions)
  const topic = condition ?? chance.pick(episodes)
  const kind = isUrgent ? 'Urgent' : chance.pick(['Planned', 'Planned', 'Telephone', 'Home visit'])
  const visitNumber = { id: `V${chance.int(1_000_000, 9_999_999)}`, type: 'Visit', issuer: patient.facility.name }
  const otherContext = { 'Visit number': chance.sometimes(0.5, () => visitNumber), 'Kind of visit': kind }
  const narrative = {
    Narrative: story(filing, topic.told),
    Symptom: Array.from({ length: chance.pick([0, 0, 0, 0, 0, 1, 2]) }, () =>
      symptomOf(filing, topic.told, topic.label),
    ),
  }
  const control = reading.systolic > 140 ? 'blood pressure above target today' : 'blood pressure in range'
  const synopsis = {
    Synopsis: `${topic.label}; ${control}. Seen by ${author.name} on ${clock(filing).slice(0, 10)}.`,
    Impression: [
      ...(chance.happens(0.4) ? [chosen('DV_CODED_TEXT', topic)] : []),
      ...(chance.happens(0.1) ? [chosen('DV_TEXT', 'Worry at home plays a part.')] : []),
    ],
  }
  const steps = [
    condition?.plan ?? 'Come back if it is not better within a week, at once with breathlessness or high fever.',
    ...(chance.happens(0.3) ? [`Discussed with ${nurse.name}, who takes over the calls.`] : []),
  ]
  const plan = (): Data => ({
    data: {
      'Planned step': steps,
      'Advice given': chance.sometimes(0.2, () => 'Walk daily, drink enough, keep the list of tablets in the purse.'),
      'Information for the patient': chance.sometimes(0.1, () => `https://leaflets.example.org/${topic.code}`),
    },
  })
  const appointment = (): Data => ({
    data: {
      'Appointment date': clockDate(filing.time + chance.int(14, 120) * day, patient.facility.offset),
      'Appointment time': `${String(chance.int(8, 16)).padStart(2, '0')}:${chance.pick(['00', '20', '40'])}:00`,
      With: patient.doctor.name,
      'Reminder before': chance.sometimes(0.4, () => 'P2D'),
    },
  })
  const followUp = { Plan: chance.sometimes(0.4, plan), Appointment: chance.sometimes(0.15, appointment) }
  const isExamined = kind !== 'Telephone' && chance.happens(0.3)
  return {
    context: contextOf(filing, chance.int(12, 40), otherContext, `Room ${chance.int(1, 24)}`),
    Subjective: {
      Story: {
        data: { origin: clock(filing), 'Any event': { time: clock(filing), data: narrative } },
        protocol: chance.sometimes(0.1, () => ({
          Informant: `${patient.relative.given} ${patient.relative.family}`,
        })),
      },
    },
    Objective: isExamined ? { Examination: examination(filing, reading) } : undefined,
    Assessment: { 'Clinical synopsis': { provider: chance.sometimes(0.2, () => party(author)), data: synopsis } },
    'Follow-up': followUp.Plan || followUp.Appointment ? followUp : undefined,
  }
}
