/* The annexes at a glance: every demand with its status, by chapter, failing ones first. */
import type { ComponentChildren } from 'preact';
import type { Annex, Requirement, Requirements, Status } from '../api/proof';
import { readRequirements, readSheet, readTrend, STATUSES } from '../api/proof';
import { byStatus, chaptersOf, daysOf, picked, sectionOf, tallyOf } from '../base/annex';
import type { Chapter } from '../base/annex';
import { writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { hrefOf, turnTo } from '../base/route';
import type { RouteOf } from '../base/route';
import { useSession } from '../base/session';
import { useTyped } from '../base/typed';
import { Button } from '../part/button';
import { Field, Select } from '../part/field';
import { FileButton } from '../part/file-button';
import { PrintHead, PrintRow } from '../part/print-head';
import { RemoteView } from '../part/remote';
import { StatusMark } from '../part/standing';
import { Title } from '../part/title';
import { Trend } from '../part/trend';
import { useProofWords } from '../word/proof';
import '../style/proof.css';

type Here = RouteOf<'proof'>;

const ORDERS = ['worst', 'annex'] as const;
type Order = (typeof ORDERS)[number];

interface Seen {
  readonly here: Here;
  readonly turn: (change: Partial<Here>) => void;
}

function Annexes({ of: annexes, chosen, here }: { readonly of: readonly Annex[]; readonly chosen: Annex; readonly here: Here }) {
  const { say, told } = useProofWords();
  const all = here.all === 'yes';
  return (
    <nav class="annexes" aria-label={say.annexes}>
      {annexes.length > 1 && (
        <ul>
          {annexes.map((annex) => (
            <li key={annex.id}>
              <a
                class="annex"
                href={hrefOf({ page: 'proof', annex: annex.id, order: here.order ?? null, all: here.all ?? null })}
                aria-current={annex.id === chosen.id ? 'page' : undefined}
              >
                <span class="annex-name">{say.annex(annex.id)}</span>
                <span class="annex-title">{told(annex.title)}</span>
                <span class="annex-rows">
                  {say.rows(annex.rows)}
                  {!annex.applies && `　${say.notApplying}`}
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
      <a class="button button-quiet" href={hrefOf({ page: 'proof', all: all ? null : 'yes' })}>
        <span>{all ? say.applying : say.every}</span>
      </a>
    </nav>
  );
}

interface TalliesProps extends Seen {
  readonly rows: readonly Requirement[];
}

function Tallies({ rows, here, turn }: TalliesProps) {
  const { say } = useProofWords();
  const counts = tallyOf(rows);
  return (
    <section class="part-section" aria-labelledby="tally">
      <h2 class="unseen" id="tally">
        {say.tally}
      </h2>
      <ul class="tallies">
        {STATUSES.map((status) => (
          <li key={status}>
            <button
              type="button"
              class="tally"
              data-tally={status}
              aria-pressed={here.status === status}
              onClick={() => turn({ status: here.status === status ? null : status })}
            >
              <StatusMark status={status} />
              <span class="tally-count">{counts[status]}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="hint on-screen">{say.tallyHint}</p>
      <details class="explain on-screen">
        <summary>{say.meaning}</summary>
        <dl class="meanings">
          {STATUSES.map((status) => (
            <div key={status}>
              <dt>
                <StatusMark status={status} />
              </dt>
              <dd>{say.meanings[status]}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  );
}

function ChapterTable({ of: chapters }: { readonly of: readonly Chapter[] }) {
  const { say, told } = useProofWords();
  return (
    <section class="part-section" aria-labelledby="chapters">
      <h2 class="section-title" id="chapters">
        {say.byChapter}
      </h2>
      <table class="chapter-table">
        <caption class="unseen">{say.byChapter}</caption>
        <thead>
          <tr>
            <th scope="col">{say.chapter}</th>
            {STATUSES.map((status) => (
              <th key={status} scope="col" class="figure">
                <StatusMark status={status} />
              </th>
            ))}
            <th scope="col" class="figure">
              {say.total}
            </th>
          </tr>
        </thead>
        <tbody>
          {chapters.map((chapter) => {
            const counts = tallyOf(chapter.rows);
            return (
              <tr key={chapter.number} data-chapter={chapter.number}>
                <th scope="row">{told(chapter.title)}</th>
                {STATUSES.map((status) => (
                  <td key={status} class={counts[status] === 0 ? 'figure nil' : `figure some-${status}`} data-label={say.statuses[status]}>
                    {counts[status]}
                  </td>
                ))}
                <td class="figure" data-label={say.total}>
                  {chapter.rows.length}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function TrendOf({ annex }: { readonly annex: string }) {
  const { say } = useProofWords();
  const [trend, again] = useRemote(readTrend());
  return (
    <section class="part-section" aria-labelledby="trend">
      <h2 class="section-title" id="trend">
        {say.trend.title}
      </h2>
      <RemoteView of={trend} again={again}>
        {({ items }) => <Trend days={daysOf(items, annex)} />}
      </RemoteView>
    </section>
  );
}

function Row({ row, place }: { readonly row: Requirement; readonly place: string }) {
  const { say, told, language } = useProofWords();
  const { columns } = say;
  const section = sectionOf(row);
  const soft = [place, section && told(section)].filter(Boolean).join('　');
  const last = row.last_at ?? row.since;
  return (
    <tr data-requirement={row.id}>
      <td data-label={columns.id} class="row-id">
        {row.id}
      </td>
      <td data-label={columns.text} class="row-text">
        <a href={hrefOf({ page: 'requirement', requirement: row.id })}>
          {soft && <span class="row-soft">{soft}</span>}
          <span class="row-words-of">{told(row)}</span>
        </a>
      </td>
      <td data-label={columns.status} class="row-status">
        <StatusMark status={row.status} />
      </td>
      <td data-label={columns.checks} class="row-part">
        {row.checks.total === 0 ? say.none : say.of(row.checks.passed, row.checks.total)}
      </td>
      <td data-label={columns.registers} class="row-part">
        {row.registers.total === 0 ? say.none : say.of(row.registers.held, row.registers.total)}
      </td>
      <td data-label={row.last_at ? columns.last : columns.since} class="row-when">
        {last ? writeInstant(last, language) : say.never}
      </td>
    </tr>
  );
}

interface GroupProps {
  readonly title: ComponentChildren;
  readonly count: number;
  readonly children: ComponentChildren;
}

function Group({ title, count, children }: GroupProps) {
  const { say } = useProofWords();
  return (
    <tbody>
      <tr class="group">
        <th scope="rowgroup" colSpan={6}>
          {title}
          <span class="group-count">{say.rows(count)}</span>
        </th>
      </tr>
      {children}
    </tbody>
  );
}

interface RowsProps {
  readonly rows: readonly Requirement[];
  readonly order: Order;
  readonly caption: string;
}

function Rows({ rows, order, caption }: RowsProps) {
  const { say, told } = useProofWords();
  const { columns } = say;
  const chapters = chaptersOf(rows);
  const places = new Map(chapters.flatMap(({ title, rows: some }) => some.map(({ id }) => [id, told(title)] as const)));
  const dated = rows.some(({ last_at }) => last_at !== null);
  return (
    <table class="proof-table">
      <caption class="unseen">{caption}</caption>
      <thead>
        <PrintRow columns={6} title={caption} />
        <tr>
          <th scope="col">{columns.id}</th>
          <th scope="col">{columns.text}</th>
          <th scope="col">{columns.status}</th>
          <th scope="col">{columns.checks}</th>
          <th scope="col">{columns.registers}</th>
          <th scope="col">{dated ? columns.last : columns.since}</th>
        </tr>
      </thead>
      {order === 'worst'
        ? byStatus(rows).map(([status, some]) => (
            <Group key={status} title={<StatusMark status={status} />} count={some.length}>
              {some.map((row) => (
                <Row key={row.id} row={row} place={places.get(row.id) ?? ''} />
              ))}
            </Group>
          ))
        : chapters.map((chapter) => (
            <Group key={chapter.number} title={told(chapter.title)} count={chapter.rows.length}>
              {chapter.rows.map((row) => (
                <Row key={row.id} row={row} place="" />
              ))}
            </Group>
          ))}
    </table>
  );
}

interface ListProps extends Seen {
  readonly annex: Annex;
  readonly rows: readonly Requirement[];
  readonly chapters: readonly Chapter[];
}

function List({ annex, rows, chapters, here, turn }: ListProps) {
  const { say, told } = useProofWords();
  const { operations } = useSession();
  const words = say.filter;
  const [typed, type] = useTyped();
  const status = STATUSES.find((one) => one === here.status) ?? null;
  const chapter = chapters.find(({ number }) => number === here.chapter) ?? null;
  const order = ORDERS.find((one) => one === here.order) ?? 'worst';
  const shown = picked(rows, { status, chapter: chapter?.title ?? null, words: typed });
  const caption = `${say.annex(annex.id)}　${told(annex.title)}`;
  return (
    <section class="part-section" aria-labelledby="list">
      <h2 class="section-title" id="list">
        {words.title}
      </h2>
      <div class="proof-filters on-screen">
        <Field label={words.words} type="search" name="words" value={typed} onText={type} />
        <Select<Status | 'all'>
          label={words.status}
          name="status"
          value={status ?? 'all'}
          options={[
            { value: 'all', label: words.all },
            ...STATUSES.map((value) => ({ value, label: say.statuses[value] })),
          ]}
          onValue={(value) => turn({ status: value === 'all' ? null : value })}
        />
        <Select
          label={words.chapter}
          name="chapter"
          value={chapter?.number ?? 'all'}
          options={[
            { value: 'all', label: words.all },
            ...chapters.map(({ number, title }) => ({ value: number, label: told(title) })),
          ]}
          onValue={(value) => turn({ chapter: value === 'all' ? null : value })}
        />
        <Select
          label={words.order}
          name="order"
          value={order}
          options={ORDERS.map((value) => ({ value, label: words.orders[value] }))}
          onValue={(value) => turn({ order: value === 'worst' ? null : value })}
        />
      </div>
      <div class="proof-acts on-screen">
        <p role="status" class="proof-count">
          {words.count(shown.length, rows.length)}
        </p>
        <Button onClick={() => print()}>{say.print}</Button>
        {operations.has('requirement.sheet') && <FileButton call={() => readSheet(annex.id)}>{say.sheet}</FileButton>}
      </div>
      <p class="print-only">
        {[caption, words.count(shown.length, rows.length), status && say.statuses[status], chapter && told(chapter.title), typed.trim()]
          .filter(Boolean)
          .join('　')}
      </p>
      {shown.length === 0 ? (
        <div class="empty">
          <p>{words.none}</p>
          {rows.length > 0 && (
            <p class="after-empty">
              <Button
                onClick={() => {
                  type('');
                  turn({ status: null, chapter: null });
                }}
              >
                {words.clear}
              </Button>
            </p>
          )}
        </div>
      ) : (
        <Rows rows={shown} order={order} caption={caption} />
      )}
    </section>
  );
}

interface ShownProps {
  readonly of: Requirements;
  readonly here: Here;
  readonly again: () => void;
}

function Shown({ of: { at, catalogues, items }, here, again }: ShownProps) {
  const { say, told, language } = useProofWords();
  const { operations } = useSession();
  const chosen = catalogues.find(({ id }) => id === here.annex) ?? catalogues.find(({ applies }) => applies) ?? catalogues[0];
  if (!chosen) {
    return (
      <div class="empty">
        <p>{say.noAnnex}</p>
        <p class="after-empty">
          <a class="button button-outlined" href={hrefOf({ page: 'proof', all: 'yes' })}>
            {say.every}
          </a>
        </p>
      </div>
    );
  }
  const rows = items.filter(({ catalogue }) => catalogue === chosen.id);
  const chapters = chaptersOf(rows);
  const turn = (change: Partial<Here>) => turnTo({ ...here, ...change });
  return (
    <>
      <p class="as-of">
        <span class="soft">{say.asOf(writeInstant(at, language))}</span>
        <Button look="quiet" icon="refresh" onClick={again}>
          {say.again}
        </Button>
      </p>
      <Annexes of={catalogues} chosen={chosen} here={here} />
      <h2 class="annex-heading">
        <span>{say.annex(chosen.id)}</span> <span>{told(chosen.title)}</span>
      </h2>
      <Tallies rows={rows} here={here} turn={turn} />
      <div class="proof-glance">
        <ChapterTable of={chapters} />
        {operations.has('requirement.trend') && <TrendOf annex={chosen.id} />}
      </div>
      <List key={chosen.id} annex={chosen} rows={rows} chapters={chapters} here={here} turn={turn} />
    </>
  );
}

export function ProofPage({ here }: { readonly here: Here }) {
  const { say } = useProofWords();
  const [remote, again] = useRemote(readRequirements(here.all === 'yes'));
  useReturn(again);
  return (
    <>
      <PrintHead />
      <Title text={say.title} />
      <p class="lead on-screen">{say.lead}</p>
      <RemoteView of={remote} again={again}>
        {(value) => <Shown of={value} here={here} again={again} />}
      </RemoteView>
    </>
  );
}
