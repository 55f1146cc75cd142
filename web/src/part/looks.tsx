/* Who looked, day by day: each entry with its purpose, what was seen, and its proof. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Call, Saved } from '../api/client';
import type { Page } from '../api/decode';
import type { Look } from '../api/family';
import type { Role } from '../api/model';
import { ROLES } from '../api/model';
import type { Day } from '../base/day';
import { dayOf, writeClock, writeDay } from '../base/day';
import { keepFile } from '../base/file';
import { usePages } from '../base/pages';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Button } from './button';
import { Native } from './name';
import { PagesView } from './pages';
import { SendProblem } from './problem';
import type { Words } from '../word/ja';
import { useWords } from '../word/word';

/* While one's own visits are hidden, so much is read by itself until something is left to show. */
const READ_MAX = 300;

interface DayOfLooks {
  readonly day: Day;
  readonly looks: readonly Look[];
}

/* In the order they come: newest first. */
function byDay(looks: readonly Look[]): readonly DayOfLooks[] {
  const days: { day: Day; looks: Look[] }[] = [];
  for (const look of looks) {
    const day = dayOf(new Date(look.time));
    const last = days[days.length - 1];
    if (last?.day === day) last.looks.push(look);
    else days.push({ day, looks: [look] });
  }
  return days;
}

const isRole = (role: string): role is Role => ROLES.some((known) => known === role);

function whoIs({ who }: Look, words: Words): string {
  if (who.own) return words.looked.you;
  const role = who.role && isRole(who.role) ? words.roles[who.role] : '';
  return [who.name, role && (who.name ? words.looked.inRole(role) : role)].filter(Boolean).join('') || words.looked.nobody;
}

interface RowProps {
  readonly look: Look;
  readonly proof: ((index: number) => Call<Saved>) | null;
}

function LookRow({ look, proof }: RowProps) {
  const { words } = useWords();
  const { client } = useSession();
  const say = words.looked;
  const { busy, problem, send } = useSending();
  const keep = async (call: NonNullable<RowProps['proof']>) => {
    const { blob } = await client(call(look.index));
    keepFile({ name: `sekimori-${look.index}.tlog-proof`, blob }); /* several lie side by side */
  };
  return (
    <li class="look">
      <p class="look-what">
        <span class="look-time">{writeClock(look.time)}</span>
        <span class="look-who">
          <Native>{whoIs(look, words)}</Native>
        </span>
      </p>
      <p>{look.words ?? words.operations[look.operation] ?? look.operation}</p>
      {look.purpose && (
        <p class="soft">
          {say.why} {look.purpose}
        </p>
      )}
      <details class="explain">
        <summary>
          {say.more}
          <span class="unseen">
            （{writeClock(look.time)} {look.words}）
          </span>
        </summary>
        {look.fields && (
          <p class="soft">
            {say.fields} {look.fields}
          </p>
        )}
        {problem && <SendProblem problem={problem} />}
        {proof && (
          <Button busy={busy} onClick={() => send(() => keep(proof))}>
            {say.proof}
          </Button>
        )}
      </details>
    </li>
  );
}

interface Props {
  readonly read: (cursor: string | null) => Call<Page<Look>>;
  readonly proof: ((index: number) => Call<Saved>) | null;
  readonly hideOwn: boolean; /* one's own visits, unless they are asked for */
}

export function Looks({ read, proof, hideOwn }: Props) {
  const { words, language } = useWords();
  const say = words.looked;
  const [own, setOwn] = useState(!hideOwn);
  const [pages, more] = usePages(read);
  const seen = pages.items.filter(({ who }) => own || !who.own);
  const hungry = seen.length === 0 && pages.state === 'ready' && pages.next !== null && pages.items.length < READ_MAX;
  useEffect(() => {
    if (hungry) more();
  }, [hungry, pages.next, more]);
  const filter: ComponentChildren = hideOwn && (
    <label class="check">
      <input type="checkbox" name="own" checked={own} onChange={(event) => setOwn(event.currentTarget.checked)} />
      <span>{say.showOwn}</span>
    </label>
  );
  return (
    <PagesView of={pages} more={more} moreLabel={say.older} empty={say.empty}>
      {() => (
        <>
          {filter}
          {seen.length === 0 && !hungry && pages.state === 'ready' && <p class="empty">{say.onlyOwn}</p>}
          {byDay(seen).map(({ day, looks }) => (
            <section class="looks" key={day}>
              <h2 class="section-title">{writeDay(day, language)}</h2>
              <ul>
                {looks.map((look) => (
                  <LookRow key={look.index} look={look} proof={proof} />
                ))}
              </ul>
            </section>
          ))}
        </>
      )}
    </PagesView>
  );
}
