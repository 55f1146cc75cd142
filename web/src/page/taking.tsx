/*
 * One import: what is wrong with the file, or what would change; then it is done, at once or on its day.
 *
 *   checking ──▶ checked ──apply──▶ applying ──▶ applied
 *      │            │                  ▲
 *      └▶ failed    └─apply──▶ scheduled ──cancel──▶ cancelled
 */
import { useCallback, useEffect } from 'preact/hooks';
import type { Import, ImportState, Preview } from '../api/imports';
import { endImport, readFlaws, readImport, readPreview } from '../api/imports';
import { isDay, writeDay } from '../base/day';
import { usePages } from '../base/pages';
import { useRemote } from '../base/remote';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { Native } from '../part/name';
import type { Tone } from '../part/notice';
import { Notice } from '../part/notice';
import { PagesView } from '../part/pages';
import { SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

const POLL_MS = 1_500;

const TONES: Record<ImportState, Tone> = {
  receiving: 'info',
  checking: 'info',
  checked: 'info',
  scheduled: 'info',
  applying: 'info',
  applied: 'success',
  cancelled: 'warning',
  failed: 'error',
};

const isMoving = (state: ImportState): boolean => state === 'checking' || state === 'applying' || state === 'receiving';

function Flaws({ id }: { readonly id: string }) {
  const { words } = useWords();
  const say = words.taking;
  const [pages, more] = usePages(useCallback((cursor: string | null) => readFlaws(id, cursor), [id]));
  return (
    <section class="part-section">
      <h2 class="section-title">{say.flaws}</h2>
      <p class="soft">{say.flawsHint}</p>
      <PagesView of={pages} more={more} moreLabel={words.people.more} empty={say.noFlaws}>
        {(items) => (
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{say.row}</th>
                <th scope="col">{say.column}</th>
                <th scope="col">{say.message}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((flaw, index) => (
                <tr key={index}>
                  <td data-label={say.row} class="nowrap">
                    {say.rowOf(flaw.row)}
                  </td>
                  <td data-label={say.column}>
                    <Native>{flaw.heading ?? (flaw.column ? say.columnOf(flaw.column) : '—')}</Native>
                  </td>
                  <td data-label={say.message}>{flaw.message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </PagesView>
    </section>
  );
}

function Changes({ of: preview }: { readonly of: Preview }) {
  const { words, language } = useWords();
  const say = words.taking;
  const names: Readonly<Record<string, string>> = { ...words.entry.fields, ...say.fields };
  const written = (value: string | null) => (value === null ? say.nothing : isDay(value) ? writeDay(value, language) : value);
  const shown = preview.changes.filter(({ before, after }) => before !== after);
  if (shown.length === 0) return null;
  return (
    <details class="explain">
      <summary>
        {say.details(shown.length)}
        <span class="unseen">（{preview.name}）</span>
      </summary>
      <dl class="changes-of">
        {shown.map(({ field, before, after }) => (
          <div key={field}>
            <dt>{names[field] ?? field}</dt>
            <dd>
              {before !== null && (
                <>
                  <Native>{written(before)}</Native> →{' '}
                </>
              )}
              <Native>{written(after)}</Native>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Previews({ id }: { readonly id: string }) {
  const { words } = useWords();
  const say = words.taking;
  const [pages, more] = usePages(useCallback((cursor: string | null) => readPreview(id, cursor), [id]));
  return (
    <section class="part-section">
      <h2 class="section-title">{say.preview}</h2>
      <PagesView of={pages} more={more} moreLabel={words.people.more} empty={say.noPreview}>
        {(items) => (
          <ul class="rows">
            {items.map((one) => (
              <li class="row row-block" key={one.row}>
                <span class="row-words">
                  <span class="row-label">
                    <Native>{one.name}</Native>
                  </span>
                  <span class="row-state">
                    {say.actions[one.action]}
                    {one.class && (
                      <>
                        {'　'}
                        <Native>{one.class}</Native>
                      </>
                    )}
                    {'　'}
                    {say.rowOf(one.row)}
                  </span>
                </span>
                <Changes of={one} />
              </li>
            ))}
          </ul>
        )}
      </PagesView>
    </section>
  );
}

function Numbers({ of: taken }: { readonly of: Import }) {
  const { words } = useWords();
  const say = words.taking.numbers;
  const names = Object.keys(say) as (keyof typeof say)[];
  return (
    <dl class="totals">
      {names
        .filter((name) => (taken[name] ?? 0) > 0 || name === 'rows')
        .map((name) => (
          <div key={name} data-count={name}>
            <dt>{say[name]}</dt>
            <dd>{taken[name] ?? 0}</dd>
          </div>
        ))}
    </dl>
  );
}

function Taken({ of: taken, again }: { readonly of: Import; readonly again: () => void }) {
  const { words, language } = useWords();
  const { client, operations } = useSession();
  const say = words.taking;
  const { busy, problem, send } = useSending();
  const flawed = (taken.problem_count ?? 0) > 0;
  const day = taken.effective && isDay(taken.effective) ? writeDay(taken.effective, language) : null;
  const state = taken.state === 'checked' && flawed ? say.flawed(taken.problem_count ?? 0) : say.states[taken.state];
  const end = async (deed: 'apply' | 'cancel') => {
    if (await send(() => client(endImport(taken.id, deed)))) again();
  };

  useEffect(() => {
    if (!isMoving(taken.state)) return undefined;
    const timer = setInterval(again, POLL_MS);
    return () => clearInterval(timer);
  }, [taken.state, again]);

  return (
    <>
      <p class="lead">
        {words.imports.lists[taken.entity].label}
        {day && `　${say.effective(day)}`}
      </p>
      <div class="taking-state" data-state={taken.state}>
        <Notice tone={taken.state === 'checked' && flawed ? 'error' : TONES[taken.state]} title={state} />
      </div>
      {!isMoving(taken.state) && taken.rows !== null && <Numbers of={taken} />}
      {problem && <SendProblem problem={problem} />}
      <div class="acts">
        {taken.state === 'checked' && !flawed && operations.has('import.apply') && (
          <Button look="filled" busy={busy} onClick={() => void end('apply')}>
            {day ? say.schedule(day) : say.apply}
          </Button>
        )}
        {taken.state === 'scheduled' && operations.has('import.cancel') && (
          <Button busy={busy} onClick={() => void end('cancel')}>
            {say.cancel}
          </Button>
        )}
      </div>
      {(taken.state === 'checked' || taken.state === 'failed') && flawed && <Flaws id={taken.id} />}
      {(taken.state === 'checked' || taken.state === 'scheduled') && !flawed && taken.entity !== 'facility' && operations.has('import.preview') && (
        <Previews id={taken.id} />
      )}
    </>
  );
}

export function TakingPage({ id }: { readonly id: string }) {
  const { words } = useWords();
  const [taken, again] = useRemote(readImport(id));
  return (
    <>
      <Back to={{ page: 'imports' }} label={words.imports.title} />
      <RemoteView of={taken} again={again}>
        {(value) => (
          <>
            <Title text={value.name}>
              <Native>{value.name}</Native>
            </Title>
            <Taken of={value} again={again} />
          </>
        )}
      </RemoteView>
    </>
  );
}
