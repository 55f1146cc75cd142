/* How many children are there today, in every facility and class of the city. */
import { readCounts } from '../api/office';
import type { Count, FacilityCount } from '../api/office';
import type { Day } from '../base/day';
import { addDays, isDay, today, writeClock, writeDay } from '../base/day';
import { useRemote } from '../base/remote';
import { goTo, hrefOf } from '../base/route';
import { Field } from '../part/field';
import { Icon } from '../part/icon';
import { Native } from '../part/name';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

const KEYS = ['enrolled', 'present', 'absent', 'late', 'early'] as const satisfies readonly (keyof Count)[];

function Steps({ date }: { readonly date: Day }) {
  const { words } = useWords();
  const say = words.counts;
  return (
    <div class="steps">
      <a class="button button-outlined" href={hrefOf({ page: 'counts', date: addDays(date, -1) })}>
        <Icon name="left" />
        <span>{say.before}</span>
      </a>
      <Field
        label={say.date}
        type="date"
        name="date"
        value={date}
        onText={(day) => isDay(day) && goTo({ page: 'counts', date: day })}
      />
      <a class="button button-outlined" href={hrefOf({ page: 'counts', date: addDays(date, 1) })}>
        <span>{say.after}</span>
        <Icon name="right" />
      </a>
    </div>
  );
}

function FacilityRows({ of: facility }: { readonly of: FacilityCount }) {
  const { words } = useWords();
  const say = words.counts;
  return (
    <>
      <tr class="count-facility">
        <th scope="row">
          <Native>{facility.name}</Native>
        </th>
        {KEYS.map((key) => (
          <td key={key} data-label={say.columns[key]} class="figure">
            {facility[key]}
          </td>
        ))}
      </tr>
      {facility.classes.map((one) => (
        <tr key={one.id} class="count-class">
          <th scope="row">
            <Native>{one.name}</Native>
          </th>
          {KEYS.map((key) => (
            <td
              key={key}
              data-label={say.columns[key]}
              class={key === 'late' || key === 'early' ? 'figure none' : 'figure'}
            >
              {key === 'late' || key === 'early' ? '' : one[key]}
            </td>
          ))}
        </tr>
      ))}
    </>
  );
}

export function CountsPage({ date }: { readonly date: Day | null }) {
  const { words, language } = useWords();
  const say = words.counts;
  const day = date ?? today();
  const [counts, again] = useRemote(readCounts(day));
  return (
    <>
      <Title text={say.title} />
      <p class="lead">{say.lead}</p>
      <Steps key={day} date={day} />
      <h2 class="section-title">{writeDay(day, language)}</h2>
      <RemoteView of={counts} again={again}>
        {({ total, facilities }, at) => (
          <>
            <p class="soft">{say.asOf(writeClock(at.toISOString()))}</p>
            <dl class="totals">
              {KEYS.map((key) => (
                <div key={key} data-count={key}>
                  <dt>{say.columns[key]}</dt>
                  <dd>{total[key]}</dd>
                </div>
              ))}
            </dl>
            {facilities.length === 0 ? (
              <p class="empty">{words.facilities.empty}</p>
            ) : (
              <table class="table count-table">
                <caption class="unseen">{say.caption(writeDay(day, language))}</caption>
                <thead>
                  <tr>
                    <th scope="col">{say.place}</th>
                    {KEYS.map((key) => (
                      <th key={key} scope="col" class="figure">
                        {say.columns[key]}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {facilities.map((facility) => (
                    <FacilityRows key={facility.id} of={facility} />
                  ))}
                </tbody>
              </table>
            )}
          </>
        )}
      </RemoteView>
    </>
  );
}
