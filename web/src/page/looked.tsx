/* Who saw or changed the child's data, when and why: in plain words, day by day, each with its proof. */
import { useCallback, useState } from 'preact/hooks';
import { readChildren } from '../api/calls';
import type { Look } from '../api/family';
import { readHistory, readProof } from '../api/family';
import type { Child, Role } from '../api/model';
import { ROLES } from '../api/model';
import type { Day } from '../base/day';
import { dayOf, writeClock, writeDay } from '../base/day';
import { keepFile } from '../base/file';
import { usePages } from '../base/pages';
import { useRemote } from '../base/remote';
import { goTo } from '../base/route';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Button } from '../part/button';
import { Native } from '../part/name';
import { PagesView } from '../part/pages';
import { SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import type { Words } from '../word/ja';
import { useWords } from '../word/word';

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

function LookRow({ child, look }: { readonly child: string; readonly look: Look }) {
  const { words } = useWords();
  const { client, operations } = useSession();
  const say = words.looked;
  const { busy, problem, send } = useSending();
  return (
    <li class="look">
      <p class="look-what">
        <span class="look-time">{writeClock(look.time)}</span>
        <span class="look-who">
          <Native>{whoIs(look, words)}</Native>
        </span>
      </p>
      <p>{look.words ?? words.events.operations[look.operation] ?? look.operation}</p>
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
        {operations.has('child.history-proof') && (
          <Button busy={busy} onClick={() => send(async () => keepFile(await client(readProof(child, look.index))))}>
            {say.proof}
          </Button>
        )}
      </details>
    </li>
  );
}

function LooksAt({ child }: { readonly child: Child }) {
  const { words, language } = useWords();
  const say = words.looked;
  const [own, setOwn] = useState(false);
  const [pages, more] = usePages(useCallback((cursor: string | null) => readHistory(child.id, cursor), [child.id]));
  return (
    <PagesView of={pages} more={more} moreLabel={say.older} empty={say.empty}>
      {(items) => {
        const shown = byDay(items.filter(({ who }) => own || !who.own));
        return (
          <>
            <label class="check">
              <input type="checkbox" name="own" checked={own} onChange={(event) => setOwn(event.currentTarget.checked)} />
              <span>{say.showOwn}</span>
            </label>
            {shown.length === 0 && <p class="empty">{say.onlyOwn}</p>}
            {shown.map(({ day, looks }) => (
              <section class="looks" key={day}>
                <h2 class="section-title">{writeDay(day, language)}</h2>
                <ul>
                  {looks.map((look) => (
                    <LookRow key={look.index} child={child.id} look={look} />
                  ))}
                </ul>
              </section>
            ))}
          </>
        );
      }}
    </PagesView>
  );
}

export function LookedPage({ child: wanted }: { readonly child: string | null }) {
  const { words } = useWords();
  const say = words.looked;
  const [children, again] = useRemote(readChildren());
  return (
    <>
      <Title text={say.title} />
      <p class="lead">{say.lead}</p>
      <details class="explain">
        <summary>{say.whatProof}</summary>
        <p>{say.aboutProof}</p>
      </details>
      <RemoteView of={children} again={again}>
        {({ items }) => {
          const chosen = items.find(({ id }) => id === wanted) ?? items[0];
          if (!chosen) return <p class="empty">{words.home.empty}</p>;
          return (
            <>
              {items.length > 1 && (
                <div class="pick" role="group" aria-label={say.child}>
                  {items.map((child) => (
                    <button
                      key={child.id}
                      type="button"
                      class="chip"
                      aria-pressed={child.id === chosen.id}
                      onClick={() => goTo({ page: 'looked', child: child.id })}
                    >
                      <Native>{child.name}</Native>
                    </button>
                  ))}
                </div>
              )}
              <LooksAt key={chosen.id} child={chosen} />
            </>
          );
        }}
      </RemoteView>
    </>
  );
}
