/* Every report sent for a child, the newest day first; what is still in time can be taken back. */
import { useState } from 'preact/hooks';
import { readAbsences, readChild } from '../api/calls';
import { readCalendar } from '../api/family';
import type { Child } from '../api/model';
import { today } from '../base/day';
import { useRemote } from '../base/remote';
import { CUT_OFF, inTime } from '../base/reporting';
import { Back } from '../part/back';
import { RemoteView } from '../part/remote';
import { Report } from '../part/report';
import { Title } from '../part/title';
import { useWords } from '../word/word';

function ReportsOf({ child }: { readonly child: Child }) {
  const { words } = useWords();
  const [from] = useState(today);
  const [absences, again] = useRemote(readAbsences(child.id));
  const [calendar] = useRemote(readCalendar(child.facility ?? '', from, 0));
  const cutOff = (calendar.state === 'ready' && calendar.value.cut_off) || CUT_OFF;
  return (
    <>
      <Title text={words.report.title(child.name)} />
      <RemoteView of={absences} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="empty">{words.absence.historyEmpty}</p>
          ) : (
            <ul class="reports">
              {[...items]
                .sort((a, b) => (a.date === b.date ? 0 : a.date < b.date ? 1 : -1))
                .map((absence) => (
                  <Report
                    key={absence.id}
                    child={child.id}
                    absence={absence}
                    open={inTime(absence.date, cutOff, new Date())}
                    full
                    changed={again}
                  />
                ))}
            </ul>
          )
        }
      </RemoteView>
    </>
  );
}

export function ReportsPage({ child: id }: { readonly child: string }) {
  const { words } = useWords();
  const [child, again] = useRemote(readChild(id));
  return (
    <>
      <Back to={{ page: 'home' }} label={words.nav.back} />
      <RemoteView of={child} again={again}>
        {(value) => <ReportsOf child={value} />}
      </RemoteView>
    </>
  );
}
