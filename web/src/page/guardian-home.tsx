/* A guardian's children, each with what is already reported; one tap says the kind of report, the next its reason. */
import { readAbsences, readChildren } from '../api/calls';
import type { Absence, Child } from '../api/model';
import { KINDS, standing } from '../api/model';
import type { Day } from '../base/day';
import { today, writeDay } from '../base/day';
import { useRemote } from '../base/remote';
import { hrefOf } from '../base/route';
import { KindChip } from '../part/kind';
import { Native } from '../part/name';
import { ProblemNotice } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

function upcoming(absences: readonly Absence[], from: Day): readonly Absence[] {
  return absences
    .filter((absence) => absence.date >= from && standing(absences, absence.date) === absence)
    .sort((a, b) => (a.date === b.date ? 0 : a.date < b.date ? -1 : 1));
}

function Upcoming({ child }: { readonly child: string }) {
  const { words, language } = useWords();
  const [absences, again] = useRemote(readAbsences(child));
  if (absences.state === 'failed') return <ProblemNotice problem={absences.problem} again={again} />;
  if (absences.state === 'loading') return <p class="soft">{words.remote.loading}</p>;
  const coming = upcoming(absences.value.items, today());
  if (coming.length === 0) return <p class="soft">{words.home.none}</p>;
  return (
    <ul class="reports">
      {coming.map((absence) => (
        <li class="report" key={absence.id}>
          <span class="report-day">{writeDay(absence.date, language)}</span>
          <KindChip kind={absence.kind} />
          {absence.reason && (
            <span class="report-reason">
              <Native>{absence.reason}</Native>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function ChildCard({ child }: { readonly child: Child }) {
  const { words } = useWords();
  const place = [child.facility_name, child.class_name].filter(Boolean).join('　');
  return (
    <li class="child-card">
      <h2 class="child-name">
        <Native>
          {child.kana && <span class="kana">{child.kana}</span>}
          {child.name}
        </Native>
      </h2>
      {place && (
        <p class="soft">
          <Native>{place}</Native>
        </p>
      )}
      <div class="child-reports">
        {KINDS.map((kind) => (
          <a
            class={kind === 'absence' ? 'button button-filled child-report' : 'button button-outlined'}
            href={hrefOf({ page: 'absence', child: child.id, kind: kind === 'absence' ? null : kind })}
            key={kind}
          >
            <span>
              {words.home.reports[kind]}
              <span class="unseen">
                {' '}
                <Native>{child.name}</Native>
              </span>
            </span>
          </a>
        ))}
      </div>
      <section class="child-upcoming">
        <h3 class="small-title">{words.home.upcoming}</h3>
        <Upcoming child={child.id} />
      </section>
    </li>
  );
}

export function GuardianHome() {
  const { words } = useWords();
  const [children, again] = useRemote(readChildren());
  return (
    <>
      <Title text={words.home.title} />
      <RemoteView of={children} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <div class="empty">
              <p class="empty-title">{words.home.empty}</p>
              <p>{words.home.emptyHint}</p>
            </div>
          ) : (
            <ul class="children">
              {items.map((child) => (
                <ChildCard key={child.id} child={child} />
              ))}
            </ul>
          )
        }
      </RemoteView>
    </>
  );
}
