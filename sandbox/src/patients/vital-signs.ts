import type { Chance } from './chance.js'
import { chosen, type Data, type Missing, type QuantityData } from './data.js'
import { party } from './patient.js'
import { clock, contextOf, type Filing, type Reading, readingOf, rounded } from './visit.js'

const mmHg = (magnitude: number): QuantityData => ({ magnitude, unit: 'mm[Hg]', precision: 0 })
const noSignal: Missing = { nullFlavour: '271', reason: 'Cold fingers, no signal' }

const perMinute = (magnitude: number): QuantityData => ({ magnitude, unit: '/min' })

const pressures = (systolic: number, diastolic: number): Data => ({
  Systolic: mmHg(systolic),
  Diastolic: mmHg(diastolic),
})

function bloodPressure(filing: Filing, { systolic, diastolic }: Reading, chance: Chance): Data {
  const times = chance.pick([1, 1, 1, 1, 1, 1, 1, 2, 3])
  const positioned = chance.happens(0.3)
  const events = Array.from({ length: times }, (_, n) => ({
    time: clock(filing, 3 * n),
    data: {
      ...pressures(systolic - 3 * n, diastolic - n),
      'Clinical interpretation': n === times - 1 && systolic > 150 ? 'Above the agreed target.' : undefined,
    },
    state: positioned
      ? {
          Position: chance.pick(['Sitting', 'Sitting', 'Lying', 'Standing', 'Reclining']),
          Exertion: chance.sometimes(0.3, () => (n === 0 ? 'Post-exercise' : 'At rest')),
        }
      : undefined,
  }))
  const average = chance.sometimes(0.04, () => ({
    time: clock(filing),
    width: 'PT24H',
    data: {
      ...pressures(systolic - 6, diastolic - 4),
      'Mean arterial pressure': mmHg(Math.round((systolic + 2 * diastolic - 14) / 3)),
    },
  }))
  const device = (): Data => ({
    'Device name': 'Oscillometric monitor',
    'Serial number': { id: `OM-${chance.int(10_000, 99_999)}`, type: 'Serial number', issuer: 'Meridian Instruments' },
    'Time since calibration': `P${chance.int(1, 11)}M`,
  })
  return {
    data: { origin: clock(filing), 'Any event': events, '24 hour average': average },
    protocol: chance.sometimes(0.15, () => ({
      'Cuff size': chance.pick(['Adult', 'Adult', 'Large adult', 'Small adult']),
      'Location of measurement': chance.pick(['Right arm', 'Left arm']),
      Device: chance.sometimes(0.3, device),
    })),
  }
}

/** Points for a total as early warning scores give them: the further from usual, the more. */
const points = (value: number, ...limits: readonly number[]): number => limits.filter(limit => value >= limit).length

function warningScore(filing: Filing, reading: Reading, chance: Chance): Data {
  const consciousness = chance.happens(0.97) ? 'Alert' : chance.pick(['New confusion', 'Responds to voice'])
  const total =
    points(reading.respiration, 21, 25) +
    points(100 - reading.oxygen, 5, 7, 9) +
    points(reading.temperature, 38.1, 39.1) +
    points(reading.pulse, 91, 111, 131) +
    (consciousness === 'Alert' ? 0 : 3)
  return {
    data: {
      origin: clock(filing, 5),
      'Point in time': {
        time: clock(filing, 5),
        data: {
          Consciousness: consciousness,
          'Total score': total,
          'Clinical risk': total < 5 ? 'Low' : total < 7 ? 'Medium' : 'High',
          'Next observation at': clock(filing, total < 5 ? 245 : 65).slice(11, 19),
        },
      },
    },
  }
}

function escalation(filing: Filing): Data[] {
  const { patient, nurse } = filing
  return [
    {
      time: clock(filing, 8),
      step: 'Clinician notified',
      provider: party(nurse),
      description: {
        'Notified person': patient.doctor.name,
        Response: `${patient.doctor.name} will see the patient today.`,
      },
    },
    {
      time: clock(filing, 55),
      step: 'Escalation closed',
      description: { 'Notified person': patient.doctor.name },
    },
  ]
}

/** The data of a round of vital signs; by chance some are not taken, and some could not be. */
export function vitalSignsData(filing: Filing): Data {
  const { chance, patient } = filing
  const reading = readingOf(filing)
  const event = (minutes: number, data: Data, state?: Data): Data => ({
    origin: clock(filing, minutes),
    'Any event': { time: clock(filing, minutes), data, state },
  })
  const temperature: QuantityData = chance.happens(0.08)
    ? { magnitude: rounded(reading.temperature * 1.8 + 32, 1), unit: '[degF]', precision: 1 }
    : { magnitude: reading.temperature, unit: 'Cel', precision: 1 }
  const onOxygen = reading.oxygen < 91
  const oxygen = (): Data => ({
    'Inspired oxygen': {
      'On air': !onOxygen,
      'Flow rate': onOxygen ? { magnitude: chance.int(1, 4), unit: 'l/min' } : undefined,
    },
  })
  const character = (): unknown =>
    chance.happens(0.8)
      ? chosen('DV_CODED_TEXT', chance.pick(['Normal', 'Bounding', 'Thready']))
      : chosen('DV_TEXT', 'Hard to feel at the wrist, taken at the neck')
  const isHospital = patient.facility.setting[0] === '232'
  const isAlarming = reading.temperature > 38.8 || reading.systolic > 178
  return {
    context: contextOf(filing, 10, {
      Ward: chance.sometimes(0.5, () => chance.pick(['Ward 3 East', 'Treatment room', 'Day unit', 'Ward 7'])),
      'Episode of care': chance.sometimes(0.3, () => ({
        id: `E${chance.int(100_000, 999_999)}`,
        type: 'Episode',
        issuer: patient.facility.name,
      })),
    }),
    'Blood pressure': chance.sometimes(0.85, () => bloodPressure(filing, reading, chance)),
    Pulse: chance.sometimes(0.5, () => ({
      data: event(2, {
        Rate: perMinute(reading.pulse),
        Irregular: chance.sometimes(0.4, () => patient.conditions.some(({ key }) => key === 'fibrillation')),
        Character: chance.sometimes(0.15, character),
      }),
    })),
    'Body temperature': chance.sometimes(0.25, () => ({
      data: event(3, { Temperature: temperature }),
      protocol: chance.sometimes(0.4, () => ({
        'Site of measurement': chance.pick(['Ear canal', 'Ear canal', 'Mouth', 'Forehead', 'Axilla']),
      })),
    })),
    Respiration: chance.sometimes(0.15, () => ({
      data: event(4, {
        Rate: perMinute(reading.respiration),
        Regularity: chance.sometimes(0.5, () => (chance.happens(0.9) ? 'Regular' : 'Irregular')),
      }),
    })),
    'Pulse oximetry': chance.sometimes(0.2, () => ({
      data: event(
        4,
        { SpO2: chance.happens(0.04) ? noSignal : [reading.oxygen, 100] },
        onOxygen || chance.happens(0.2) ? oxygen() : undefined,
      ),
    })),
    'Early warning score': isHospital ? chance.sometimes(0.25, () => warningScore(filing, reading, chance)) : undefined,
    Escalation: isAlarming ? escalation(filing) : undefined,
  }
}
