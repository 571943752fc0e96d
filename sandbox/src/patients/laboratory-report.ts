import { type Code, chosen, type Data, type Missing, type QuantityData } from './data.js'
import { type Analyte, dipstick, panels, swab, urine, viruses } from './laboratory-panels.js'
import { clock, contextOf, type Filing, rounded } from './visit.js'

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
