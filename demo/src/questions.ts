/** A question that the landed tables answer. */
export interface Question {
  readonly text: string
  readonly sql: string
}

/** Three ways into the data: its columns, the depth of a composition's JSON, and both. */
export const questions: readonly Question[] = [
  {
    text: 'Which documents are there?',
    sql: `SELECT template_id, count(*) AS compositions, count(DISTINCT ehr_id) AS patients, max(start_time)::date AS latest
FROM compositions
GROUP BY template_id
ORDER BY compositions DESC`,
  },
  {
    text: 'Whose latest systolic blood pressure is highest?',
    sql: `WITH measured AS (
  SELECT ehr_id, start_time, jsonb_path_query(composition,
    '$.content[*] ? (@.name.value == "Blood pressure")
      .data.events[*].data.items[*] ? (@.name.value == "Systolic").value.magnitude') AS systolic
  FROM compositions
), latest AS (
  SELECT DISTINCT ON (ehr_id) * FROM measured ORDER BY ehr_id, start_time DESC
)
SELECT ehr_id, start_time::date AS measured, systolic AS "mm[Hg]"
FROM latest
ORDER BY systolic DESC, ehr_id
LIMIT 5`,
  },
  {
    text: 'Who writes most?',
    sql: `SELECT composition #>> '{composer,name}' AS clinician, count(*) AS documents, count(DISTINCT ehr_id) AS patients
FROM compositions
GROUP BY clinician
ORDER BY documents DESC, clinician
LIMIT 5`,
  },
]
