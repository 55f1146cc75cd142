/* One alert: what happened, how often, whose it is, what was judged, and what raised it. */
import type { AlertStory } from '../api/alerts';
import { doAlert, JUDGEMENTS, readAlert } from '../api/alerts';
import { readPeople } from '../api/people';
import { writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { AlertMark, SeverityMark } from '../part/alert';
import { Back } from '../part/back';
import { Course } from '../part/course';
import type { Step } from '../part/course';
import { Deeds } from '../part/deeds';
import type { DeedOf } from '../part/deeds';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

interface OfProps {
  readonly of: AlertStory;
}

function Facts({ of: alert }: OfProps) {
  const { say, language } = useGovernWords();
  const words = say.alert;
  const open = alert.state === 'open' || alert.state === 'acknowledged';
  return (
    <dl class="facts panel record-facts">
      <div>
        <dt>{say.lists.state}</dt>
        <dd>
          <AlertMark of={alert} />
        </dd>
      </div>
      <div>
        <dt>{words.severity}</dt>
        <dd>
          <SeverityMark severity={alert.severity} />
        </dd>
      </div>
      <div>
        <dt>{words.count}</dt>
        <dd>{words.times(alert.count)}</dd>
      </div>
      <div>
        <dt>{words.owner}</dt>
        <dd>{alert.owner?.name ? <Native>{alert.owner.name}</Native> : say.alerts.nobody}</dd>
      </div>
      {alert.facility && (
        <div>
          <dt>{say.record.facility}</dt>
          <dd>
            <Native>{alert.facility.name ?? alert.facility.id}</Native>
          </dd>
        </div>
      )}
      {alert.due_at && open && (
        <div>
          <dt>{words.due}</dt>
          <dd class={alert.overdue ? 'some-late' : undefined}>{writeInstant(alert.due_at, language)}</dd>
        </div>
      )}
      {alert.judgement !== 'none' && (
        <div>
          <dt>{words.judgement}</dt>
          <dd>{words.judgements[alert.judgement]}</dd>
        </div>
      )}
      {alert.report_by && !alert.reported_at && (
        <div>
          <dt>{words.reportBy}</dt>
          <dd>{writeInstant(alert.report_by, language)}</dd>
        </div>
      )}
    </dl>
  );
}

function useDeeds({ of: alert }: OfProps): readonly DeedOf[] {
  const { say } = useGovernWords();
  const { operations, me } = useSession();
  const words = say.alert;
  const judged: DeedOf = {
    name: 'judge',
    ...words.deeds.judge,
    fields: [
      {
        name: 'judgement',
        label: words.judgement,
        kind: 'choice',
        options: JUDGEMENTS.map((value) => ({ value, label: words.judgements[value] })),
      },
      { name: 'note', label: words.note, kind: 'area', required: true, maxLength: 1000 },
      { name: 'report', label: words.report, hint: words.reportHint, kind: 'area', maxLength: 1000 },
    ],
    call: ({ judgement, note, report }, key) => doAlert(alert.id, 'judge', { judgement, note, ...(report ? { report } : {}) }, key),
  };
  const all: Readonly<Record<keyof AlertStory['may'], DeedOf>> = {
    acknowledge: { name: 'acknowledge', ...words.deeds.acknowledge, first: true, call: (_values, key) => doAlert(alert.id, 'acknowledge', {}, key) },
    judge: judged,
    assign: {
      name: 'assign',
      ...words.deeds.assign,
      call: (_values, key) => doAlert(alert.id, 'assign', { account: me.account }, key),
    },
    close: { name: 'close', ...words.deeds.close, first: true, call: (_values, key) => doAlert(alert.id, 'close', {}, key) },
  };
  return (['acknowledge', 'judge', 'close'] as const)
    .filter((deed) => alert.may[deed] && operations.has(`alert.${deed}`))
    .map((deed) => all[deed]);
}

/* Whom it may be given to: those of the own role that the list of accounts shows. */
function Assign({ of: alert, again }: OfProps & { readonly again: () => void }) {
  const { say } = useGovernWords();
  const { me } = useSession();
  const words = say.alert;
  const [people] = useRemote(readPeople({ role: me.role, state: 'active' }));
  const others = people.state === 'ready' ? people.value.items.filter(({ id }) => id !== me.account) : [];
  const options = [{ value: me.account, label: words.myself }, ...others.map(({ id, name }) => ({ value: id, label: name }))];
  return (
    <Deeds
      changed={again}
      of={[
        {
          name: 'assign',
          ...words.deeds.assign,
          fields: [{ name: 'account', label: words.owner, kind: 'select', value: alert.owner?.id ?? me.account, options }],
          call: ({ account }, key) => doAlert(alert.id, 'assign', { account }, key),
        },
      ]}
    />
  );
}

function Shown({ of: alert, again }: OfProps & { readonly again: () => void }) {
  const { say, told, language } = useGovernWords();
  const { operations } = useSession();
  const words = say.alert;
  const deeds = useDeeds({ of: alert });
  const { course } = alert;
  const step = (key: keyof typeof course, more: Partial<Step> = {}): readonly Step[] =>
    course[key] ? [{ key, at: course[key], what: words.course[key], who: null, ...more }] : [];
  return (
    <>
      <Title text={told(alert.title)}>
        <span class="eyebrow">{alert.rule.title && told(alert.rule.title)}</span>
        {told(alert.title)}
      </Title>
      <Facts of={alert} />
      {alert.silenced && <Notice tone="info" title={words.silent} />}
      <Deeds of={deeds} about={told(alert.title)} changed={again} />
      {alert.may.assign && operations.has('alert.assign') && operations.has('account.list') && <Assign of={alert} again={again} />}
      <section class="part-section" aria-labelledby="course">
        <h2 class="section-title" id="course">
          {words.courseTitle}
        </h2>
        <Course
          of={[
            ...step('raised_at'),
            ...(alert.count > 1 && alert.last_at ? [{ key: 'last', at: alert.last_at, what: words.last, who: null }] : []),
            ...step('acknowledged_at', { who: alert.owner?.name ?? null }),
            ...step('judged_at', { text: alert.note }),
            ...step('reported_at', { text: alert.report }),
            ...step('closed_at'),
          ]}
        />
      </section>
      {alert.events.length > 0 && (
        <section class="part-section" aria-labelledby="events">
          <h2 class="section-title" id="events">
            {words.events}
          </h2>
          <p class="soft">{words.eventsHint}</p>
          <ul class="chips">
            {alert.events.map((index) => (
              <li key={index}>
                {operations.has('event.see') ? (
                  <a class="row-link" href={hrefOf({ page: 'event', index: String(index) })}>
                    {words.event(index)}
                  </a>
                ) : (
                  words.event(index)
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {alert.first_at && alert.count > 1 && <p class="soft">{words.since(writeInstant(alert.first_at, language))}</p>}
    </>
  );
}

export function AlertPage({ id }: { readonly id: string }) {
  const { say } = useGovernWords();
  const [alert, again] = useRemote(readAlert(id));
  useReturn(again);
  return (
    <>
      <Back to={{ page: 'alerts' }} label={say.alerts.back} />
      <RemoteView of={alert} again={again}>
        {(value) => <Shown of={value} again={again} />}
      </RemoteView>
    </>
  );
}
