import { codesOf } from '../templates/coding.js'
import { administration, order } from '../templates/medication.js'
import { clockDate, clockTime, day } from './calendar.js'
import { antibiotic, type Medicine } from './conditions.js'
import { type Code, chosen, type Data } from './data.js'
import { party } from './patient.js'
import { clock, contextOf, type Filing, rounded } from './visit.js'

const oral = { code: '26643006', label: 'Oral route' }
const inhaled = { code: '18679011000001101', label: 'Inhalation' }

const activities = order.attributes.find(({ name }) => name === 'activities')?.children ?? []
const activityId = activities.map(child => ('label' in child ? `activities[${codesOf(order).node(child)}]` : '')).join()
const orderPath = `/content[${order.archetype}]`
const performed = `/${administration.archetype?.replaceAll('.', '\\.')}/`

interface Prescription {
  readonly medicine: Medicine
  readonly reason: Code | undefined
  readonly short: boolean
}

function prescriptionOf({ chance, patient }: Filing): Prescription {
  if (patient.conditions.length === 0 || chance.happens(0.15)) {
    return { medicine: antibiotic, reason: undefined, short: true }
  }
  const condition = chance.pick(patient.conditions)
  return { medicine: condition.medicine, reason: condition, short: false }
}

const milligrams = (mg: number): { magnitude: number; unit: string } =>
  mg < 1 ? { magnitude: rounded(mg * 1000, 0), unit: 'ug' } : { magnitude: mg, unit: 'mg' }

const preparation = ({ label, code, mg, per }: Medicine, branded: boolean): Data => ({
  'Medication item': branded
    ? chosen('DV_TEXT', `${label} ${mg} mg (as the patient names it)`)
    : chosen('DV_CODED_TEXT', { code, label }),
  Strength: [mg, per],
})

function ordered(filing: Filing, { medicine, reason, short }: Prescription): Data {
  const { chance, time, patient } = filing
  const { timesADay, directions } = medicine
  const days = short ? 7 : chance.pick([28, 56, 84])
  const today = clockDate(time, patient.facility.offset)
  const asNeeded = directions.includes('when')
  const { magnitude, unit } = milligrams(medicine.mg)
  const description = {
    ...preparation(medicine, chance.happens(0.06)),
    Dose: asNeeded
      ? chosen('DV_INTERVAL', { lower: { magnitude, unit }, upper: { magnitude: 2 * magnitude, unit } })
      : chosen('DV_QUANTITY', { magnitude, unit }),
    Route: medicine.code.startsWith('R03') ? inhaled : oral,
    Directions: directions,
    'Structured directions': chance.sometimes(0.15, () => [
      'text/plain',
      `${timesADay.length} x ${magnitude} ${unit} per day`,
    ]),
    'Administration time': chance.sometimes(0.5, () => timesADay),
    'As required': chance.sometimes(0.5, () => asNeeded),
    'Maximum doses a day': asNeeded ? { upper: 4 } : undefined,
    'Start date': today,
    'Course duration': `P${days}D`,
    'Repeats allowed': chance.sometimes(0.4, () => (short ? 0 : chance.int(1, 6))),
    Indication: chance.sometimes(0.5, () => ({
      Reason:
        reason === undefined ? chosen('DV_TEXT', 'Infection, see the note of today') : chosen('DV_CODED_TEXT', reason),
    })),
  }
  return {
    narrative: `${medicine.label}: ${directions}`,
    expiry: clockTime(time + days * day, patient.facility.offset),
    provider: chance.sometimes(0.3, () => party(filing.author)),
    participations: chance.sometimes(0.08, () => [{ function: 'Dispenser', performer: party(filing.nurse) }]),
    Order: {
      timing: `R${days * timesADay.length}/${today}/PT${24 / timesADay.length}H`,
      performed,
      description,
    },
    protocol: {
      'Prescription identifier': {
        id: `RX${chance.int(1_000_000, 9_999_999)}`,
        type: 'Prescription',
        issuer: patient.facility.name,
      },
    },
  }
}

function actionsOf(filing: Filing, { medicine }: Prescription, isOrdered: boolean): Data[] {
  const { chance, patient, nurse } = filing
  const isInpatient = patient.facility.setting[0] === '232'
  const steps = isInpatient
    ? Array.from({ length: chance.pick([1, 1, 1, 2]) }, () =>
        chance.happens(0.88) ? 'Dose administered' : 'Dose withheld',
      )
    : [chance.happens(0.8) ? 'Prescription issued' : 'Course completed']
  return steps.map((step, n) => {
    const minutes = 5 + 360 * n
    const isGiven = step === 'Dose administered'
    const reason = chance.happens(0.8)
      ? chosen('DV_CODED_TEXT', chance.pick(['Refused', 'Nil by mouth', 'Out of stock', 'Adverse reaction']))
      : chosen('DV_TEXT', `Asleep; ${nurse.name} will offer it later`)
    return {
      time: clock(filing, minutes),
      step,
      provider: isInpatient ? party(nurse) : undefined,
      ordered: isOrdered ? [filing.uid, orderPath, activityId] : undefined,
      description: {
        ...preparation(medicine, chance.happens(0.03)),
        Amount: isGiven ? milligrams(medicine.mg) : undefined,
        'Reason for withholding': step === 'Dose withheld' ? reason : undefined,
        'Checked at': isGiven ? chance.sometimes(0.3, () => clock(filing, minutes - 1)) : undefined,
        'Sequence number': isInpatient ? chance.int(1, 40) + n : undefined,
      },
      protocol: isGiven
        ? chance.sometimes(0.4, () => ({
            Batch: { id: `B${chance.int(1000, 9999)}`, type: 'Batch', issuer: 'Hospital pharmacy' },
          }))
        : undefined,
    }
  })
}

/** The data of a prescription, or of what was done about one, or of both. */
export function medicationData(filing: Filing): Data {
  const prescription = prescriptionOf(filing)
  const { patient, chance } = filing
  const isCommunity = patient.facility.setting[0] === '228'
  // Orders stand alone or with what was done at once; rounds on a ward file what was given for older ones.
  const isOrdered = chance.happens(0.55)
  const isPerformed = !isOrdered || chance.happens(0.3)
  return {
    context: contextOf(filing, 10, {
      'Care setting': isCommunity ? 'Community' : chance.pick(['Inpatient', 'Inpatient', 'Discharge']),
    }),
    'Medication order': isOrdered ? ordered(filing, prescription) : undefined,
    'Medication action': isPerformed ? actionsOf(filing, prescription, isOrdered) : undefined,
  }
}
