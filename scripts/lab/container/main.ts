/** `./scripts/adstock container <image|scale|upgrade>`: proofs of what runs in containers, without a container engine. */
import { Command } from 'commander'
import { verifyImage } from './image.ts'
import { runScaleScenario } from './play-scale.ts'
import { runUpgradeScenario } from './upgrade.ts'

const program = new Command('container').description(
  'Proofs of what runs in containers, with real processes.',
)

program
  .command('image')
  .description('Builds the Dockerfile on a stand-in base, and runs it without root on a read-only root.')
  .action(verifyImage)

program
  .command('scale')
  .description(
    'Three replicas behind the balancer: restarted one by one, one killed, and the daily job once.',
  )
  .option('--rate <n>', 'requests a second', Number, 500)
  .option('--pause <ms>', 'before, between and after the disturbances', Number, 3_000)
  .action(runScaleScenario)

program
  .command('upgrade')
  .description(
    'Replaces three replicas one by one by a newer version, under load, on the database that they share: an older version by this one, and this one by the next.',
  )
  .option(
    '--from <commit>',
    'the older version (default: the newest that lacks the last migration and gives notice before it leaves)',
  )
  .option('--rate <n>', 'requests a second', Number, 300)
  .option('--pause <ms>', 'between two replicas', Number, 2_000)
  .action(runUpgradeScenario)

await program.parseAsync()
