/* Which events are shown; the wish stands in the address, so that it can be kept and sent on. */
import { useEffect, useState } from 'preact/hooks';
import { readFacilities } from '../api/calls';
import type { Operation, Wish } from '../api/ledger';
import { readAllOperations, WISHES } from '../api/ledger';
import type { Facility } from '../api/model';
import { useRemote } from '../base/remote';
import { goTo } from '../base/route';
import { useSession } from '../base/session';
import { useLedgerWords } from '../word/ledger';
import { Button } from './button';
import type { Option } from './field';
import { Choice, Field, Select } from './field';

const ID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const FACILITY_PAGES = 10;

/* All facilities, where the person may list them. */
function useFacilities(wanted: boolean): readonly Facility[] {
  const { client, operations, me } = useSession();
  const [found, setFound] = useState<readonly Facility[]>([]);
  const allowed = wanted && operations.has('facility.list') && me.facility === null;
  useEffect(() => {
    if (!allowed) return undefined;
    let left = false;
    const read = async () => {
      let all: readonly Facility[] = [];
      let after: string | null = null;
      for (let page = 0; page < FACILITY_PAGES && !left; page++) {
        const { items, next }: { items: readonly Facility[]; next: string | null } = await client(readFacilities(after));
        all = [...all, ...items];
        after = next;
        if (after === null) break;
      }
      if (!left) setFound(all);
    };
    read().catch(() => undefined); /* the number of a facility can still be taken from an event */
    return () => {
      left = true;
    };
  }, [client, allowed]);
  return found;
}

const options = (first: string, others: readonly Option<string>[], chosen: string): readonly Option<string>[] => {
  const known = [{ value: '', label: first }, ...others];
  return known.some(({ value }) => value === chosen) ? known : [...known, { value: chosen, label: chosen }];
};

interface FieldsProps {
  readonly wish: Wish;
  readonly operations: readonly Operation[];
  readonly facilities: readonly Facility[];
}

function Fields({ wish, operations, facilities }: FieldsProps) {
  const { say, told } = useLedgerWords();
  const { operations: allowed } = useSession();
  const words = say.events;
  const [now, setNow] = useState<Wish>(wish);
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const of = (name: keyof Wish): string => now[name] ?? '';
  const put = (name: keyof Wish) => (value: string) => setNow((before) => ({ ...before, [name]: value.trim() }));

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const odd = (['actor', 'object'] as const).filter((name) => of(name) !== '' && !ID.test(of(name)));
    setWrong(new Set(odd));
    if (odd.length === 0) goTo({ page: 'events', ...now });
  };
  const idError = (name: string) => (wrong.has(name) ? { error: words.badId } : {});
  const probed = operations.find(({ id }) => id === 'event.list')?.inputs.includes('probe') ?? false;
  const outcomes = (['all', 'done', 'refused'] as const).map((value) => ({ value, label: words.outcomes[value] }));
  const probes = (['no', 'yes', 'only'] as const).map((value) => ({ value, label: words.probes[value] }));

  return (
    <form class="form wishes" noValidate onSubmit={submit}>
      <Choice
        label={words.outcome}
        name="outcome"
        options={outcomes}
        value={outcomes.find(({ value }) => value === of('outcome'))?.value ?? 'all'}
        onValue={(value) => put('outcome')(value === 'all' ? '' : value)}
      />
      <div class="wish-pair">
        <Field label={words.from} name="from" type="date" value={of('from')} onText={put('from')} />
        <Field label={words.until} name="until" type="date" value={of('until')} onText={put('until')} />
      </div>
      <Select
        label={words.operation}
        name="operation"
        value={of('operation')}
        options={options(
          words.anyOperation,
          operations.map(({ id, title }) => ({ value: id, label: `${told(title)}（${id}）` })),
          of('operation'),
        )}
        onValue={put('operation')}
      />
      {(facilities.length > 0 || of('facility') !== '') && (
        <Select
          label={words.facility}
          name="facility"
          value={of('facility')}
          options={options(
            words.anyFacility,
            facilities.map(({ id, name }) => ({ value: id, label: name })),
            of('facility'),
          )}
          onValue={put('facility')}
        />
      )}
      <div class="wish-pair">
        <Field
          label={words.actor}
          hint={words.idHint}
          name="actor"
          value={of('actor')}
          maxLength={26}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          onText={put('actor')}
          {...idError('actor')}
        />
        <Field
          label={words.object}
          hint={words.idHint}
          name="object"
          value={of('object')}
          maxLength={26}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          onText={put('object')}
          {...idError('object')}
        />
      </div>
      {probed && allowed.has('event.list') && (
        <Choice
          label={words.probe}
          name="probe"
          options={probes}
          value={probes.find(({ value }) => value === of('probe'))?.value ?? 'no'}
          onValue={(value) => put('probe')(value === 'no' ? '' : value)}
        />
      )}
      <div class="wish-acts">
        <Button look="filled" type="submit">
          {words.apply}
        </Button>
        {WISHES.some((name) => wish[name]) && (
          <Button look="quiet" onClick={() => goTo({ page: 'events' })}>
            {words.clear}
          </Button>
        )}
      </div>
    </form>
  );
}

/* What there is to choose from is read once it is opened. */
function Opened({ wish }: { readonly wish: Wish }) {
  const [operations] = useRemote(readAllOperations());
  const facilities = useFacilities(true);
  return <Fields wish={wish} operations={operations.state === 'ready' ? operations.value : []} facilities={facilities} />;
}

export function EventFilter({ wish }: { readonly wish: Wish }) {
  const { say } = useLedgerWords();
  const chosen = WISHES.some((name) => wish[name]);
  const [open, setOpen] = useState(false);
  return (
    <details class="wish" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {say.events.filter}
        {chosen && <span class="badge">{say.events.filtered}</span>}
      </summary>
      {open && <Opened wish={wish} />}
    </details>
  );
}
