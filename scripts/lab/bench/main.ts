/** `./scripts/adstock bench [NAME]`: each figure beside its peer or its limit, measured in the same run. */
import { Argument, Command, Option } from 'commander'
import { ADS_PARTS, benchAds } from './ads.ts'
import { benchApi } from './api.ts'
import { benchBesideNasty } from './beside-nasty.ts'
import { benchBridge } from './bridge.ts'
import { benchCsv } from './csv.ts'
import { benchGrowth, sizesUpTo } from './growth.ts'
import { benchPage } from './page.ts'
import { benchPeers } from './peers.ts'
import { benchProducts } from './products.ts'
import { benchReplicas } from './replicas.ts'
import { benchSearch, SAMPLE_QUESTIONS } from './search.ts'
import { benchServers } from './servers.ts'
import { benchWrites } from './writes.ts'
import { positive } from '#scripts/lab/harness/positive.ts'

const program = new Command('bench').description('Benchmarks; the ratios hold, absolute values drift.')

program
  .command('products', { isDefault: true })
  .description('Lists and point reads over a large catalogue.')
  .option('--count <n>', 'products', Number, 1_000_000)
  .option('--database <name>', 'sqlite or postgres (a private server)', 'sqlite')
  .action(benchProducts)

program
  .command('search')
  .description('Judged questions, and what a question costs over a large catalogue.')
  .option('--count <n>', 'products of the large catalogue', Number, 1_000_000)
  .option('--database <name>', 'sqlite or postgres (a private server)', 'sqlite')
  .option('--url <address>', 'of a database that has the large catalogue already, instead')
  .option('--catalogue <file>', 'CSV of the products that the questions are about, instead of the sample')
  .option('--questions <file>', 'tab-separated: query, what fits, what does not', SAMPLE_QUESTIONS)
  .action(benchSearch)

program
  .command('csv')
  .description('Files of products in and out: rows a second, and whether memory stays flat.')
  .option('--count <n>', 'rows of the larger file', Number, 1_000_000)
  .option('--database <name>', 'sqlite or postgres (a private server)', 'sqlite')
  .action(benchCsv)

program
  .command('api')
  .description('What is served from memory, beside bare servers that send the same.')
  .option('--count <n>', 'products', Number, 100_000)
  .option('--database <name>', 'sqlite or postgres (a private server)', 'sqlite')
  .action(benchApi)

program
  .command('writes')
  .description('Sales from one connection and from many, beside what the disk does.')
  .option('--database <name>', 'sqlite or postgres (a private server)', 'sqlite')
  .action(benchWrites)

program
  .command('page')
  .description('The page in a browser: opened, jumped through, searched, and two of them side by side.')
  .option('--count <n>', 'products', Number, 1_000_000)
  .option('--url <address>', 'of a server that has its products already, instead')
  .action(benchPage)

program
  .command('bridge')
  .description('Spend while out of stock, and what runs out, beside their limit, on both databases.')
  .action(benchBridge)

program
  .command('beside-nasty')
  .description('A read from memory beside each of the dearest requests that are allowed.')
  .option('--database <name>', 'sqlite or postgres (a private server)', 'sqlite')
  .option('--only <text>', 'requests whose name contains it')
  .action(benchBesideNasty)

program
  .command('growth')
  .description('Reads, lists, searches, writes, imports, memory and disk, by the number of products.')
  .addOption(
    new Option('--up-to <n>', 'products: 1,000, and ten times as many each time')
      .argParser(sizesUpTo)
      .default(sizesUpTo('1000000'), '1000000'),
  )
  .option('--postgres', 'on a private PostgreSQL instead of SQLite')
  .action(benchGrowth)

program
  .command('peers')
  .description('A product read and its price written, beside FastAPI with Redis, Fastify and Hono.')
  .option('--count <n>', 'products', positive, 1_000)
  .option('--rounds <n>', 'of each server, in turns', positive, 3)
  .option('--seconds <n>', 'of a round', positive, 3)
  .action(benchPeers)

program
  .command('replicas')
  .description('Three servers on PostgreSQL and Redis: writes, and what they leave of the cache.')
  .action(benchReplicas)

program
  .command('servers')
  .description('Product reads by one and by two server processes, and a calculation for more cores.')
  .option('--database <name>', 'sqlite or postgres (a private server)', 'sqlite')
  .option('--seconds <n>', 'of each load', positive, 3)
  .action(benchServers)

program
  .command('ads')
  .description('Two years of ads: wall time, memory, the second backfill, readers beside a run.')
  .addArgument(new Argument('[part...]', 'only these').choices(ADS_PARTS))
  .action(benchAds)

await program.parseAsync()
