import type { Chance } from './chance.js'
import { type Code, chosen, type Data, type Missing, type QuantityData } from './data.js'
import { at, type Patient } from './patient.js'
import { clock, contextOf, type Filing, rounded } from './visit.js'

/** An analyte, its reference range, and what is found in a patient. */
interface Analyte extends Code {
  readonly unit: string
  readonly decimals: number
  readonly low?: number
  readonly high?: number
  readonly found: (patient: Patient, time: number, chance: Chance) => number
}

interface Panel extends Code {
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
const urine = { code: '122575003', label: 'Urine specimen' }
const swab = { code: '258529004', label: 'Throat swab' }

const creatinine: Analyte['found'] = (patient, time, chance) => chance.around(at(patient.creatinine, time), 5)

const panels: readonly Panel[] = [
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

const dipstick: readonly Code[] = [
  { code: '5792-7', label: 'Glucose in urine' },
  { code: '5804-0', label: 'Protein in urine' },
  { code: '5794-3', label: 'Haemoglobin in urine' },
  { code: '5799-2', label: 'Leukocyte esterase in urine' },
]

const viruses: readonly Code[] = [
  { code: '94500-6', label: 'SARS-CoV-2 RNA' },
  { code: '92142-9', label: 'Influenza A virus RNA' },
  { code: '92141-1', label: 'Influenza B virus RNA' },
]

type Status = NonNullable<QuantityData['status']>

function statusOf(value: number, { low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY }: Analyte): Status {
  if (value < low) return value < low * 0.8 ? 'LL' : 'L'
  return value > high ? (value > high * 1.4 ? 'HH' : 'H') : 'N'
}

function measured(analyte: Analyte, filing: Filing): Data & { readonly 'Result value': unknown } {
  const { chance, patient, time } = filing
  const { unit, decimals, low, high } = analyte
  const value = rounded(analyte.found(patient, time, chance), decimals)
  const ceiling = analyte.code === '33914-3' && value > 90
  const haemolysed: Missing = { nullFlavour: '253', reason: 'Haemolysed specimen' }
  const status = statusOf(value, analyte)
  const quantity: QuantityData = {
    magnitude: ceiling ? 90 : value,
    unit,
    precision: decimals,
    status,
    // Ranges are sent with what lies outside of them, and otherwise now and then.
    ...(status !== 'N' || chance.happens(0.3) ? { normal: [low, high] as const } : {}),
    ...(ceiling ? { magnitudeStatus: '>' as const } : {}),
  }
  return {
    'Analyte name': analyte,
    'Result value': chance.happens(0.01) ? haemolysed : chosen('DV_QUANTITY', quantity),
    Remark:
      quantity.status === 'HH' || quantity.status === 'LL'
        ? ['Checked by repetition.', 'Telephoned to the requester.']
        : undefined,
  }
}

type Analysis = {
  readonly name: unknown
  readonly specimen: Code
  readonly results: readonly Data[]
  readonly target?: unknown
}

function analysisOf(filing: Filing): Analysis {
  const { chance, patient } = filing
  const kind = chance.unit()
  if (kind < 0.1) {
    const grades = ['Negative', 'Negative', 'Negative', 'Trace', '1+', '2+', '3+']
    return {
      name: chosen('DV_CODED_TEXT', { code: '24357-6', label: 'Urinalysis dipstick panel' }),
      specimen: urine,
      results: dipstick.map(code => ({
        'Analyte name': code,
        'Result value': chosen('DV_ORDINAL', chance.pick(grades)),
      })),
    }
  }
  if (kind < 0.17) {
    return {
      name: chosen('DV_TEXT', 'Respiratory virus screen'),
      specimen: swab,
      results: viruses.map(code => ({
        'Analyte name': code,
        'Result value': chosen(
          'DV_CODED_TEXT',
          chance.pick(['Not detected', 'Not detected', 'Not detected', 'Detected', 'Indeterminate']),
        ),
      })),
    }
  }
  const diabetic = patient.conditions.some(({ key }) => key === 'diabetes')
  const panel = diabetic && kind < 0.4 ? panels.find(({ code }) => code === '4548-4') : undefined
  const { specimen, analytes, target, code, label } = panel ?? chance.pick(panels)
  return {
    name: chosen('DV_CODED_TEXT', { code, label }),
    specimen,
    results: analytes.map(analyte => measured(analyte, filing)),
    target,
  }
}

function documents(filing: Filing, number: string, name: string): Data {
  const { chance, patient } = filing
  const address = `https://results.example.org/reports/${number}`
  const day = clock(filing).slice(0, 10).replaceAll('-', '')
  return {
    'Report document': chance.sometimes(0.2, () => ({
      mediaType: 'application/pdf',
      size: chance.int(20_000, 90_000),
      description: `Report ${number}`,
      uri: `${address}.pdf`,
    })),
    'Report address': chance.sometimes(0.2, () => address),
    'Original message': chance.sometimes(0.08, () => [
      'text/plain',
      `MSH|^~\\&|LAB|${patient.facility.id}|EHR||${day}||ORU^R01|${number}|P|2.5\r` +
        `PID|1||${patient.family}^${patient.given}\rOBR|1|${number}||${name}`,
    ]),
  }
}

const overall: Data = { Final: 'Final', Preliminary: 'Partial', Amended: 'Corrected' }

function testOf(filing: Filing, status: string, number: string, n: number): Data {
  const { chance, patient } = filing
  const issuer = patient.facility.laboratory
  const { name, specimen, results, target } = analysisOf(filing)
  const isHaemolysed = results.some(result => 'nullFlavour' in (result['Result value'] as object))
  const data = {
    'Test name': name,
    Specimen: chance.sometimes(0.6, () => ({
      'Specimen type': specimen,
      'Accession number': { id: `${number}-${n + 1}`, type: 'Accession number', issuer },
      'Collected at': chance.sometimes(0.6, () => clock(filing, 12)),
      'Received at': chance.sometimes(0.2, () => clock(filing, 95)),
      Fasting: chance.sometimes(0.15, () => chance.happens(0.5)),
      'Quality issue': isHaemolysed ? ['Haemolysed'] : chance.sometimes(0.02, () => ['Clotted', 'Insufficient']),
    })),
    'Overall status': overall[status],
    'Analyte result': results.map(result => ({
      ...result,
      'Result status': chance.sometimes(0.15, () => status),
      'Validated at': chance.sometimes(0.06, () => clock(filing, 180)),
    })),
    Conclusion: chance.sometimes(
      0.15,
      () => `Seen by ${filing.author.name}. Please compare with the previous report before a change of treatment.`,
    ),
    'Therapeutic target': target,
  }
  return {
    provider: chance.sometimes(0.3, () => ({
      name: issuer,
      id: `L-${patient.facility.id}`,
      namespace: 'laboratories',
      type: 'ORGANISATION',
    })),
    data: { origin: clock(filing), 'Any event': { time: clock(filing), data } },
    protocol: {
      Laboratory: issuer,
      'Requester order': chance.sometimes(0.2, () => ({
        id: `R${chance.int(10_000, 99_999)}`,
        type: 'Order',
        issuer: patient.facility.name,
        assigner: patient.doctor.name,
      })),
      ...(n === 0 ? documents(filing, number, specimen.label) : {}),
    },
  }
}

/** The data of a laboratory report: a panel or two, or tests graded or found rather than measured. */
export function laboratoryReportData(filing: Filing): Data {
  const { chance, patient } = filing
  const number = `${clock(filing).slice(2, 4)}L${chance.int(1_000_000, 9_999_999)}`
  const status = chance.happens(0.92) ? 'Final' : chance.pick(['Preliminary', 'Amended'])
  const tests = chance.happens(0.08) ? [0, 1] : [0]
  return {
    context: contextOf(filing, 180, {
      'Report identifier': { id: number, type: 'Report', issuer: patient.facility.laboratory },
      'Report status': status,
    }),
    'Laboratory test result': tests.map(n => testOf(filing, status, number, n)),
  }
}
