/* All checks with their last result; those of the service's posture lead. */
import type { Check, CheckState } from '../api/proof';
import { CHECK_STATES, readChecks } from '../api/proof';
import { searched } from '../base/annex';
import { writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import type { RouteOf } from '../base/route';
import { hrefOf, turnTo } from '../base/route';
import { useTyped } from '../base/typed';
import { Button } from '../part/button';
import { Field, Select } from '../part/field';
import { PrintHead, PrintRow } from '../part/print-head';
import { RemoteView } from '../part/remote';
import { CheckMark } from '../part/standing';
import { Title } from '../part/title';
import { useProofWords } from '../word/proof';
import '../style/proof.css';

type Here = RouteOf<'checks'>;

/* "ID" of "ID-3" */
const familyOf = ({ control }: Check): string => control.split('-')[0] ?? control;

function Row({ check }: { readonly check: Check }) {
  const { say, told, language } = useProofWords();
  const { columns } = say.checks;
  const { state } = check;
  return (
    <tr data-check={check.id}>
      <td data-label={columns.control} class="row-id">
        {check.control}
      </td>
      <td data-label={columns.check} class="row-text">
        <a href={hrefOf({ page: 'check', check: check.id })}>
          <span class="row-words-of">{say.checkTitle(check.id)}</span>
        </a>
        {state === 'open' && check.waits_for && (
          <span class="row-soft">{say.check.waitsFor(told(check.waits_for))}</span>
        )}
      </td>
      <td data-label={columns.state} class="row-status">
        <CheckMark state={state} />
      </td>
      <td data-label={columns.last} class="row-when">
        {check.last_at ? writeInstant(check.last_at, language) : say.never}
      </td>
      <td data-label={columns.next} class="row-when">
        {check.next_at ? writeInstant(check.next_at, language) : '—'}
      </td>
      <td data-label={columns.took} class="row-part">
        {check.took_ms !== null && check.last_at ? say.check.tookOf(check.took_ms) : '—'}
      </td>
      <td data-label={columns.every} class="row-part">
        {say.check.everyOf(check.every_s)}
      </td>
    </tr>
  );
}

interface GroupProps {
  readonly title: string;
  readonly checks: readonly Check[];
}

function Group({ title, checks }: GroupProps) {
  const { say } = useProofWords();
  return (
    <tbody>
      <tr class="group">
        <th scope="rowgroup" colSpan={7}>
          {title}
          <span class="group-count">{say.check.objectsOf(checks.length)}</span>
        </th>
      </tr>
      {checks.map((check) => (
        <Row key={check.id} check={check} />
      ))}
    </tbody>
  );
}

interface ShownProps {
  readonly of: readonly Check[];
  readonly here: Here;
  readonly again: () => void;
}

function Shown({ of: checks, here, again }: ShownProps) {
  const { say } = useProofWords();
  const words = say.checks;
  const [typed, type] = useTyped();
  if (checks.length === 0) return <p class="empty">{words.empty}</p>;
  const families = [...new Set(checks.map(familyOf))];
  const state = CHECK_STATES.find((one) => one === here.state) ?? null;
  const family = families.find((one) => one === here.group) ?? null;
  const wanted = searched(typed).split(/\s+/).filter(Boolean);
  const shown = checks.filter((check) => {
    if (state && check.state !== state) return false;
    if (family && familyOf(check) !== family) return false;
    const said = searched(`${check.id} ${check.control} ${say.checkTitle(check.id)} ${check.what}`);
    return wanted.every((word) => said.includes(word));
  });
  const turn = (change: Partial<Here>) => turnTo({ ...here, ...change });
  const leading = shown.filter(({ lead }) => lead);
  const states = CHECK_STATES.filter((one) => checks.some((check) => check.state === one));
  return (
    <div class="part-section">
      <div class="proof-filters proof-filters-three on-screen">
        <Field label={words.words} type="search" name="words" value={typed} onText={type} />
        <Select<CheckState | 'all'>
          label={words.state}
          name="state"
          value={state ?? 'all'}
          options={[
            { value: 'all', label: words.all },
            ...states.map((value) => ({
              value,
              label: `${say.checkStates[value]}（${checks.filter((check) => check.state === value).length}）`,
            })),
          ]}
          onValue={(value) => turn({ state: value === 'all' ? null : value })}
        />
        <Select
          label={words.group}
          name="group"
          value={family ?? 'all'}
          options={[
            { value: 'all', label: words.all },
            ...families.map((value) => ({ value, label: say.families[value] ?? value })),
          ]}
          onValue={(value) => turn({ group: value === 'all' ? null : value })}
        />
      </div>
      <div class="proof-acts on-screen">
        <p role="status" class="proof-count">
          {words.count(shown.length, checks.length)}
        </p>
        <Button look="quiet" icon="refresh" onClick={again}>
          {say.again}
        </Button>
        <Button onClick={() => print()}>{say.print}</Button>
      </div>
      {shown.length === 0 ? (
        <p class="empty">{words.none}</p>
      ) : (
        <table class="proof-table">
          <caption class="unseen">{words.title}</caption>
          <thead>
            <PrintRow columns={7} title={words.title} />
            <tr>
              <th scope="col">{words.columns.control}</th>
              <th scope="col">{words.columns.check}</th>
              <th scope="col">{words.columns.state}</th>
              <th scope="col">{words.columns.last}</th>
              <th scope="col">{words.columns.next}</th>
              <th scope="col">{words.columns.took}</th>
              <th scope="col">{words.columns.every}</th>
            </tr>
          </thead>
          {leading.length > 0 && <Group title={words.posture} checks={leading} />}
          {families.map((one) => {
            const some = shown.filter((check) => !check.lead && familyOf(check) === one);
            return some.length > 0 && <Group key={one} title={say.families[one] ?? one} checks={some} />;
          })}
        </table>
      )}
    </div>
  );
}

export function ChecksPage({ here }: { readonly here: Here }) {
  const { say } = useProofWords();
  const [remote, again] = useRemote(readChecks());
  useReturn(again);
  return (
    <>
      <PrintHead />
      <Title text={say.checks.title} />
      <p class="lead on-screen">{say.checks.lead}</p>
      <RemoteView of={remote} again={again}>
        {({ items }) => <Shown of={items} here={here} again={again} />}
      </RemoteView>
    </>
  );
}
