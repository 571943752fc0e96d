import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { createIncoming, deleteTombstones, type Merge, upsert } from '../src/merge.js'

const merge: Merge = {
  target: { schema: 'public', table: 'compositions' },
  columns: [
    { name: 'uid', type: 'text' },
    { name: 'committed_at', type: 'text' },
    { name: '_airbyte_extracted_at', type: 'timestamp with time zone' },
  ],
  key: ['uid'],
  cursor: { name: 'committed_at', type: 'text' },
}

/** The places of the newest versions within the batch. */
const newest =
  'SELECT DISTINCT ON ("uid") "_airbyte_place" FROM pg_temp.airbyte_incoming i ORDER BY "uid", ' +
  'i."committed_at" COLLATE "C" DESC NULLS LAST, "_airbyte_extracted_at" DESC, "_airbyte_place" DESC'

describe('a merge', () => {
  it('takes the batch into a table that ends with its transaction', () =>
    assert.equal(
      createIncoming(merge),
      `CREATE TEMPORARY TABLE pg_temp.airbyte_incoming (
  "uid" text,
  "committed_at" text,
  "_airbyte_extracted_at" timestamp with time zone,
  "_airbyte_place" integer,
  "_airbyte_deleted" boolean
) ON COMMIT DROP`,
    ))

  it('inserts or updates with the newest version of each key, where it is newer than what is there', () =>
    assert.equal(
      upsert(merge),
      `INSERT INTO "public"."compositions" AS t ("uid", "committed_at", "_airbyte_extracted_at")
SELECT i."uid", i."committed_at", i."_airbyte_extracted_at" FROM pg_temp.airbyte_incoming i
JOIN (${newest}) n USING ("_airbyte_place")
WHERE NOT i."_airbyte_deleted"
ON CONFLICT ("uid") DO UPDATE SET "committed_at" = excluded."committed_at", "_airbyte_extracted_at" = excluded."_airbyte_extracted_at"
WHERE CASE WHEN excluded."committed_at" COLLATE "C" IS NOT DISTINCT FROM t."committed_at" COLLATE "C" THEN excluded."_airbyte_extracted_at" >= t."_airbyte_extracted_at" ELSE t."committed_at" COLLATE "C" IS NULL OR excluded."committed_at" COLLATE "C" > t."committed_at" COLLATE "C" END`,
    ))

  it('deletes the rows whose newest version is a tombstone', () =>
    assert.equal(
      deleteTombstones({ ...merge, cursor: undefined }),
      `DELETE FROM "public"."compositions" t USING pg_temp.airbyte_incoming i
WHERE i."_airbyte_deleted" AND t."uid" = i."uid" AND i."_airbyte_place" IN (${newest.replace('i."committed_at" COLLATE "C" DESC NULLS LAST, ', '')})
  AND (i."_airbyte_extracted_at" >= t."_airbyte_extracted_at")`,
    ))
})
