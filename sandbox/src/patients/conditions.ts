import type { Code } from './data.js'

/** A medicine as it is ordered for a condition: strength in mg per unit of what it comes in. */
export interface Medicine extends Code {
  readonly mg: number
  readonly per: number
  readonly timesADay: readonly string[]
  readonly directions: string
}

export interface Condition extends Code {
  readonly key: string
  /** Among people of 48; more often in older ones. */
  readonly often: number
  readonly site?: Code
  readonly medicine: Medicine
  /** What a note says of it. */
  readonly told: string
  readonly plan: string
}

const morning = ['08:00:00']
const twice = ['08:00:00', '20:00:00']
const thrice = ['08:00:00', '14:00:00', '20:00:00']

const heart = { code: '80891009', label: 'Heart structure' }
const lung = { code: '39607008', label: 'Lung structure' }
const kidney = { code: '64033007', label: 'Kidney structure' }
const knee = { code: '72696002', label: 'Knee region structure' }

export const conditions: readonly Condition[] = [
  {
    key: 'hypertension',
    code: '38341003',
    label: 'Hypertensive disorder',
    often: 0.34,
    site: heart,
    medicine: {
      code: 'C09AA05',
      label: 'Ramipril',
      mg: 5,
      per: 1,
      timesADay: morning,
      directions: 'One tablet each morning.',
    },
    told: 'Measures blood pressure at home and brings the list along.',
    plan: 'Continue ramipril and send in the home readings in four weeks.',
  },
  {
    key: 'diabetes',
    code: '44054006',
    label: 'Diabetes mellitus type 2',
    often: 0.16,
    medicine: {
      code: 'A10BA02',
      label: 'Metformin',
      mg: 500,
      per: 1,
      timesADay: twice,
      directions: 'One tablet with breakfast and one with the evening meal.',
    },
    told: 'Eats less bread than last year, walks most evenings, no hypoglycaemia.',
    plan: 'Repeat HbA1c in three months; refer to the foot clinic.',
  },
  {
    key: 'copd',
    code: '13645005',
    label: 'Chronic obstructive pulmonary disease',
    often: 0.09,
    site: lung,
    medicine: {
      code: 'R03AC02',
      label: 'Salbutamol',
      mg: 0.1,
      per: 1,
      timesADay: thrice,
      directions: 'Two puffs when breathless, at most four times a day.',
    },
    told: 'Breathless on the second flight of stairs; a cough in the mornings with clear sputum.',
    plan: 'Check inhaler technique and book spirometry.',
  },
  {
    key: 'kidney',
    code: '709044004',
    label: 'Chronic kidney disease',
    often: 0.08,
    site: kidney,
    medicine: {
      code: 'C03CA01',
      label: 'Furosemide',
      mg: 40,
      per: 1,
      timesADay: morning,
      directions: 'One tablet in the morning; leave out on days of vomiting.',
    },
    told: 'Ankles swell towards the evening; drinks about two litres a day.',
    plan: 'Repeat creatinine and potassium in two weeks; avoid anti-inflammatory tablets.',
  },
  {
    key: 'fibrillation',
    code: '49436004',
    label: 'Atrial fibrillation',
    often: 0.07,
    site: heart,
    medicine: {
      code: 'B01AF02',
      label: 'Apixaban',
      mg: 5,
      per: 1,
      timesADay: twice,
      directions: 'One tablet every twelve hours.',
    },
    told: 'Feels the heart stumble once or twice a week, for minutes; no faints, no bleeding.',
    plan: 'Keep on anticoagulation; ECG at the next visit.',
  },
  {
    key: 'thyroid',
    code: '40930008',
    label: 'Hypothyroidism',
    often: 0.08,
    medicine: {
      code: 'H03AA01',
      label: 'Levothyroxine',
      mg: 0.1,
      per: 1,
      timesADay: ['07:00:00'],
      directions: 'One tablet half an hour before breakfast.',
    },
    told: 'Tired in the afternoons, but warmer than in the winter.',
    plan: 'TSH in eight weeks before changing the dose.',
  },
  {
    key: 'depression',
    code: '35489007',
    label: 'Depressive disorder',
    often: 0.12,
    medicine: {
      code: 'N06AB06',
      label: 'Sertraline',
      mg: 50,
      per: 1,
      timesADay: morning,
      directions: 'One tablet each morning with food.',
    },
    told: 'Sleeps five to six hours; sees friends again at weekends; denies thoughts of self-harm.',
    plan: 'Stay on the same dose; talk again in a month.',
  },
  {
    key: 'knee',
    code: '239873007',
    label: 'Osteoarthritis of knee',
    often: 0.15,
    site: knee,
    medicine: {
      code: 'N02BE01',
      label: 'Paracetamol',
      mg: 500,
      per: 1,
      timesADay: thrice,
      directions: 'Two tablets when needed, at most eight in a day.',
    },
    told: 'The right knee is stiff for ten minutes after sitting and hurts downhill.',
    plan: 'Physiotherapy for strength; think about an injection if no better.',
  },
]

/** Short illnesses: what past problems and urgent visits are about. */
export const episodes: readonly (Code & { readonly days: number; readonly told: string })[] = [
  { code: '68566005', label: 'Urinary tract infection', days: 6, told: 'Burning on passing water since the weekend.' },
  {
    code: '32398004',
    label: 'Bronchitis',
    days: 14,
    told: 'A cough for nine days, now with yellow sputum, and a low fever.',
  },
  {
    code: '279039007',
    label: 'Low back pain',
    days: 21,
    told: 'Back pain since lifting a washing machine; no numbness.',
  },
  {
    code: '37796009',
    label: 'Migraine',
    days: 2,
    told: 'Throbbing pain on the left with vomiting; light is unpleasant.',
  },
  { code: '65363002', label: 'Otitis media', days: 8, told: 'Pain in the right ear after a week of cold.' },
  {
    code: '16932000',
    label: 'Nausea and vomiting',
    days: 3,
    told: 'Vomited four times since last night, after a shared meal.',
  },
]

/** Written where no code fits. */
export const uncoded = [
  'Unexplained tiredness, under review',
  'Carer for a parent at home',
  'Recurrent falls, cause unclear',
]

export const antibiotic: Medicine = {
  code: 'J01CA04',
  label: 'Amoxicillin',
  mg: 250,
  per: 5,
  timesADay: thrice,
  directions: 'Two spoons three times a day until the bottle is finished.',
}
