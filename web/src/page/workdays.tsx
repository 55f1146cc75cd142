/* The calendar of closed days, by which time limits are counted, and the way to ask for another. */
import type { Workdays } from '../api/workdays';
import { changeWorkdays, readWorkdays } from '../api/workdays';
import { writeDay, writeInstant, writeWeekday } from '../base/day';
import { useRemote } from '../base/remote';
import { useSession } from '../base/session';
import { daysOf, maskOf, weekdaysOf } from '../base/workdays';
import { Deeds } from '../part/deeds';
import { RemoteView } from '../part/remote';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

const WEEK = [0, 1, 2, 3, 4, 5, 6] as const;

function Change({ from, again }: { readonly from: Workdays | undefined; readonly again: () => void }) {
  const { say, language } = useGovernWords();
  const words = say.workdays;
  const yesNo = [
    { value: 'yes', label: words.closed },
    { value: 'no', label: words.open },
  ];
  const of = (closed: boolean | undefined) => (closed === false ? 'no' : 'yes');
  return (
    <Deeds
      changed={again}
      of={[
        {
          name: 'change',
          ...words.change,
          lead: words.changeHint,
          fields: [
            { name: 'valid_from', label: words.from, kind: 'date', required: true },
            {
              name: 'weekdays',
              label: words.weekdays,
              kind: 'checks',
              value: weekdaysOf(from?.weekdays ?? 65).join(' '),
              options: WEEK.map((day) => ({ value: String(day), label: writeWeekday(day, language) })),
            },
            { name: 'holidays', label: words.holidays, kind: 'select', value: of(from?.holidays), options: yesNo },
            { name: 'year_end', label: words.yearEnd, kind: 'select', value: of(from?.year_end), options: yesNo },
            { name: 'extra_closed', label: words.extraClosed, hint: words.daysHint, kind: 'area', value: from?.extra_closed ?? '' },
            { name: 'extra_open', label: words.extraOpen, hint: words.daysHint, kind: 'area', value: from?.extra_open ?? '' },
          ],
          call: (values) =>
            changeWorkdays({
              valid_from: values['valid_from'] ?? '',
              weekdays: maskOf(values['weekdays'] ?? ''),
              holidays: values['holidays'] === 'yes',
              year_end: values['year_end'] === 'yes',
              extra_closed: daysOf(values['extra_closed'] ?? ''),
              extra_open: daysOf(values['extra_open'] ?? ''),
            }),
        },
      ]}
    />
  );
}

export function WorkdaysPage() {
  const { say, language } = useGovernWords();
  const { operations } = useSession();
  const words = say.workdays;
  const [editions, again] = useRemote(readWorkdays());
  const days = (list: string | null) => (list ? list.split(' ').map((day) => writeDay(day, language)).join('、') : '—');
  return (
    <>
      <Title text={words.title} />
      <p class="lead">{words.lead}</p>
      <RemoteView of={editions} again={again}>
        {({ items }) => {
          const newest = [...items].sort((a, b) => b.edition - a.edition);
          return (
            <>
              {operations.has('workdays.change') && <Change from={newest[0]} again={again} />}
              {newest.length === 0 ? (
                <p class="empty">{words.none}</p>
              ) : (
                <Table
                  caption={words.title}
                  items={newest}
                  keyOf={({ edition }) => String(edition)}
                  columns={[
                    { label: say.record.edition, look: 'nowrap', cell: (one) => say.record.editionOf(one.edition) },
                    { label: words.from, cell: (one) => writeDay(one.valid_from, language) },
                    {
                      label: words.weekdays,
                      cell: (one) => weekdaysOf(one.weekdays).map((day) => writeWeekday(day, language)).join('・') || '—',
                    },
                    { label: words.holidays, cell: (one) => (one.holidays ? words.closed : words.open) },
                    { label: words.yearEnd, cell: (one) => (one.year_end ? words.closed : words.open) },
                    { label: words.extraClosed, cell: (one) => days(one.extra_closed) },
                    { label: words.extraOpen, cell: (one) => days(one.extra_open) },
                    { label: words.decided, cell: (one) => (one.decided_at ? writeInstant(one.decided_at, language) : '—') },
                  ]}
                />
              )}
            </>
          );
        }}
      </RemoteView>
    </>
  );
}
