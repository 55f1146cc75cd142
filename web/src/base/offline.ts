/*
 * The shell of the page is kept on the device, so that it opens without a line; the worker keeps nothing of a person.
 *
 * Signing out clears what the device kept, so it is offered again afterwards.
 */
export async function offerOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('/sw.js', { scope: '/', updateViaCache: 'none' });
  } catch {
    /* the page then needs the line to open; nothing else depends on it */
  }
}
