import type { Command } from './arguments.ts';

export async function replayCommand(_command: Extract<Command, { case: 'replay' }>): Promise<number> {
  return 0;
}
