/* The names of the facilities by their ids, for those who may list them; for others there are none. */
import { useEffect, useState } from 'preact/hooks';
import { readFacilities } from '../api/calls';
import { useSession } from './session';

export function usePlaces(): ReadonlyMap<string, string> {
  const { client, operations, me } = useSession();
  const [places, setPlaces] = useState<ReadonlyMap<string, string>>(new Map());
  const asked = operations.has('facility.list');
  useEffect(() => {
    if (!asked) {
      setPlaces(new Map(me.facility ? [[me.facility.id, me.facility.name]] : []));
      return undefined;
    }
    const leaving = new AbortController();
    client({ ...readFacilities(), signal: leaving.signal }).then(
      ({ items }) => setPlaces(new Map(items.map(({ id, name }) => [id, name] as const))),
      () => undefined, /* then ids stand where names would */
    );
    return () => leaving.abort();
  }, [client, asked, me]);
  return places;
}
