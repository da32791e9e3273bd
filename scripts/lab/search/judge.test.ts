/** The figures that the search has reached over the judged sample; a change may raise them, not lower them. */
import { expect, test } from 'bun:test'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startTestServer } from '#scripts/lab/harness/test-server.ts'
import { importFile, judge, readQuestions, SAMPLE_QUESTIONS, sampleNames } from './judge.ts'

const REACHED = { first: 0.96, firstThree: 1 }

test('on both databases the right product is first, and something is always found', async () => {
  await using sqlite = await startTestServer()
  await using postgres = await startTestServer({ DATABASE_URL: await temporaryPostgres() })
  const questions = await readQuestions(SAMPLE_QUESTIONS)
  const [onSqlite, onPostgres] = await Promise.all(
    [sqlite, postgres].map(async (server) => {
      await importFile(server, await sampleNames())
      return await judge(server, questions)
    }),
  )
  expect(onPostgres).toEqual(onSqlite)
  expect(onSqlite?.empty).toEqual([])
  expect((onSqlite?.firstThree ?? 0) / questions.length).toBeGreaterThanOrEqual(REACHED.firstThree)
  expect((onSqlite?.first ?? 0) / questions.length, JSON.stringify(onSqlite?.misses)).toBeGreaterThanOrEqual(
    REACHED.first,
  )
})
