import type { Chance } from './chance.js'
import type { Code, QuantityData } from './data.js'
import { at, type Patient } from './patient.js'

/** An analyte, its reference range, and what is found in a patient. */
export interface Analyte extends Code {
  readonly unit: string
  readonly decimals: number
  readonly low?: number
  readonly high?: number
  readonly found: (patient: Patient, time: number, chance: Chance) => number
}

/** Tests that are ordered together on one specimen. */
export interface Panel extends Code {
  readonly specimen: Code
  readonly analytes: readonly Analyte[]
  readonly target?: { readonly lower?: QuantityData; readonly upper?: QuantityData }
}

const usual =
  (mean: number, spread: number): Analyte['found'] =>
  (_patient, _time, chance) =>
    chance.around(mean, spread)

const analyte = (
  code: string,
  label: string,
  unit: string,
  decimals: number,
  [low, high]: readonly [number | undefined, number | undefined],
  found: Analyte['found'],
): Analyte => ({
  code,
  label,
  unit,
  decimals,
  found,
  ...(low === undefined ? {} : { low }),
  ...(high === undefined ? {} : { high }),
})

const blood = { code: '119297000', label: 'Blood specimen' }
const serum = { code: '119364003', label: 'Serum specimen' }
export const urine = { code: '122575003', label: 'Urine specimen' }
export const swab = { code: '258529004', label: 'Throat swab' }

const creatinine: Analyte['found'] = (patient, time, chance) => chance.around(at(patient.creatinine, time), 5)

/** Panels that are measured. */
export const panels: readonly Panel[] = [
  {
    code: '58410-2',
    label: 'Complete blood count panel',
    specimen: blood,
    analytes: [
      analyte('718-7', 'Haemoglobin', 'g/dl', 1, [12, 16.5], usual(13.9, 0.9)),
      analyte('4544-3', 'Haematocrit', '%', 1, [36, 49], usual(42, 2.2)),
      analyte('6690-2', 'Leukocytes', '10*9/l', 1, [4, 11], usual(7.2, 1.6)),
      analyte('777-3', 'Platelets', '10*9/l', 0, [150, 400], usual(255, 45)),
      analyte('787-2', 'Mean corpuscular volume', 'fl', 0, [80, 98], usual(90, 3)),
    ],
  },
  {
    code: '24321-2',
    label: 'Basic metabolic panel',
    specimen: serum,
    analytes: [
      analyte('2951-2', 'Sodium', 'mmol/l', 0, [135, 145], usual(140, 1.9)),
      analyte('2823-3', 'Potassium', 'mmol/l', 1, [3.5, 5.1], usual(4.2, 0.3)),
      analyte('14682-9', 'Creatinine', 'umol/l', 0, [45, 104], creatinine),
      analyte('33914-3', 'Estimated filtration rate', 'ml/min', 0, [60, undefined], (patient, time, chance) =>
        Math.min(120, 7400 / creatinine(patient, time, chance)),
      ),
    ],
  },
  {
    code: '4548-4',
    label: 'Haemoglobin A1c',
    specimen: blood,
    analytes: [
      analyte('59261-8', 'Haemoglobin A1c', 'mmol/mol', 0, [20, 42], (patient, time, chance) =>
        chance.around(at(patient.hba1c, time), 1.5),
      ),
    ],
    target: { upper: { magnitude: 53, unit: 'mmol/mol' } },
  },
  {
    code: '1988-5',
    label: 'C-reactive protein',
    specimen: serum,
    analytes: [analyte('1988-5', 'C-reactive protein', 'mg/l', 1, [undefined, 5], usual(5.5, 2.5))],
  },
  {
    code: '3016-3',
    label: 'Thyrotropin',
    specimen: serum,
    analytes: [analyte('3016-3', 'Thyrotropin', 'mIU/l', 2, [0.4, 4], usual(2.3, 0.8))],
  },
  {
    code: '34714-6',
    label: 'INR',
    specimen: blood,
    analytes: [analyte('34714-6', 'INR', '{INR}', 1, [undefined, 1.2], usual(1.7, 0.5))],
    target: { lower: { magnitude: 2, unit: '{INR}' }, upper: { magnitude: 3, unit: '{INR}' } },
  },
  {
    code: '24331-1',
    label: 'Lipid panel',
    specimen: serum,
    analytes: [
      analyte('14647-2', 'Cholesterol', 'mmol/l', 1, [undefined, 5], usual(5.1, 0.7)),
      analyte('14646-4', 'HDL cholesterol', 'mmol/l', 1, [1, undefined], usual(1.4, 0.2)),
      analyte('22748-8', 'LDL cholesterol', 'mmol/l', 1, [undefined, 3], usual(3, 0.5)),
    ],
    target: { lower: { magnitude: 1.4, unit: 'mmol/l' }, upper: { magnitude: 2.6, unit: 'mmol/l' } },
  },
]

/** Tests that are graded by eye. */
export const dipstick: readonly Code[] = [
  { code: '5792-7', label: 'Glucose in urine' },
  { code: '5804-0', label: 'Protein in urine' },
  { code: '5794-3', label: 'Haemoglobin in urine' },
  { code: '5799-2', label: 'Leukocyte esterase in urine' },
]

/** Tests that find something or not. */
export const viruses: readonly Code[] = [
  { code: '94500-6', label: 'SARS-CoV-2 RNA' },
  { code: '92142-9', label: 'Influenza A virus RNA' },
  { code: '92141-1', label: 'Influenza B virus RNA' },
]
