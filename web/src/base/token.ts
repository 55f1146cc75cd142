/*
 * The secret of a letter's link, #/invitation/… or #/recovery/…
 *
 * It is read once and taken out of the address at once, so that neither the history nor whoever looks at the address bar
 * has it.
 */
const LINK = /^#\/(?:invitation|recovery)\/([0-9A-Za-z_.-]{1,128})$/;

export function takeToken(): string | null {
  const token = LINK.exec(location.hash)?.[1] ?? null;
  if (token !== null) history.replaceState(null, '', `${location.pathname}#/`);
  return token;
}
