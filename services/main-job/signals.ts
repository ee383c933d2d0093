/** The first SIGINT or SIGTERM ends the work in order, the second the process. Tells whether one came. */
export function stopOnSignal(stop: () => void): () => boolean {
  let interrupted = false;
  const onSignal = () => {
    if (interrupted) process.exit(130);
    interrupted = true;
    stop();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return () => interrupted;
}
