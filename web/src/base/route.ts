/*
 * Where the reader is: kept behind the # of the address, which is never sent to any server.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Kind } from '../api/model';
import { KINDS } from '../api/model';
import type { Day } from './day';
import { isDay } from './day';

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'absence'; readonly child: string; readonly kind: Kind }
  | { readonly page: 'board'; readonly facility: string | null; readonly date: Day | null }
  | { readonly page: 'events' };

const ID = /^[0-9a-z]{1,64}$/;

export function parseRoute(hash: string): Route {
  const [where = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page = '', id = ''] = where.split('/');
  if (page === 'events') return { page: 'events' };
  const values = new URLSearchParams(query);
  if (page === 'children' && ID.test(id)) {
    const kind = KINDS.find((known) => known === values.get('kind'));
    return { page: 'absence', child: id, kind: kind ?? 'absence' };
  }
  if (page === 'board') {
    const date = values.get('date') ?? '';
    const facility = values.get('facility') ?? '';
    return { page: 'board', facility: ID.test(facility) ? facility : null, date: isDay(date) ? date : null };
  }
  return { page: 'home' };
}

export function hrefOf(route: Route): string {
  switch (route.page) {
    case 'home':
      return '#/';
    case 'events':
      return '#/events';
    case 'absence':
      return route.kind === 'absence' ? `#/children/${route.child}` : `#/children/${route.child}?kind=${route.kind}`;
    case 'board': {
      const values = new URLSearchParams();
      if (route.facility) values.set('facility', route.facility);
      if (route.date) values.set('date', route.date);
      const query = values.toString();
      return query ? `#/board?${query}` : '#/board';
    }
  }
}

export function goTo(route: Route): void {
  location.hash = hrefOf(route);
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const moved = () => setHash(location.hash);
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return parseRoute(hash);
}
