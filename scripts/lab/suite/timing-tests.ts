/** Tests whose subject is a time limit: beside others on two cores, what they measure would be the other tests. */
export const TIMING_TESTS = [
  'server/http/limits/slow-clients.test.ts',
  'server/http/limits/rate-limit.redis.test.ts',
  'server/http/limits/limiter.test.ts',
  'server/http/drain.test.ts',
]
