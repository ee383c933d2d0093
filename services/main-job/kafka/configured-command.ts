import { dumpLines, readConfiguration } from '#runtime/configuration/configuration.ts';
import { fields } from '#runtime/configuration/schema.ts';
import type { ConfiguredCommand } from '../command.ts';
import { hasLiveFeeds } from '../live/feeding-live.ts';
import { deadLettersCommand } from './dead-letters-command.ts';
import { reprocessCommand } from './reprocess-command.ts';
import { runCommand } from './run-command.ts';
import { testAlertCommand } from './test-alert-command.ts';
import { topicsCommand } from './topics-command.ts';

/** Reads the settings before anything else; status 2 where they are wrong, with every mistake. */
export async function configuredCommand(command: ConfiguredCommand): Promise<number> {
  const read = readConfiguration(process.env, command.configFile);
  if (read.case === 'wrong') return wrong(read.mistakes);
  // What --dump prints may be what is missing here.
  if (
    command.only !== 'dump' &&
    command.case === 'run' &&
    command.service === 'feeder' &&
    command.files.length === 0 &&
    !hasLiveFeeds(read.configuration)
  )
    return wrong(['run feeder needs a FILE, or a feed in its settings (STEADYBEAT_FEED_...)']);
  if (command.only === 'check') process.stdout.write('the settings are in order\n');
  if (command.only === 'dump') process.stdout.write(`${dumpLines(read.settings).join('\n')}\n`);
  if (command.only !== undefined) return 0;
  switch (command.case) {
    case 'run':
      return runCommand(command, read.configuration);
    case 'topics':
      return topicsCommand(read.configuration, command.apply);
    case 'dead-letters':
      return deadLettersCommand(read.configuration);
    case 'test-alert':
      return testAlertCommand(read.configuration);
    case 'reprocess': {
      const source = read.configuration;
      const variable = fields.kafkaTopicPrefix.environment;
      const target = readConfiguration({ ...process.env, [variable]: command.prefix }, command.configFile);
      if (target.case === 'wrong') return wrong(target.mistakes);
      if (target.configuration.kafkaTopicPrefix === source.kafkaTopicPrefix)
        return wrong([`--prefix ${command.prefix} is the prefix of the history itself: choose another`]);
      return reprocessCommand(command, source, target.configuration);
    }
  }
}

function wrong(mistakes: readonly string[]): number {
  for (const mistake of mistakes) process.stderr.write(`steadybeat: ${mistake}\n`);
  return 2;
}
