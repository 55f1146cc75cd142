/* The rules: what raises an alert, whose it is, by when, and which of them are silent for a while. */
import type { AlertRule } from '../api/alerts';
import { readAlertRules, silenceRule } from '../api/alerts';
import { writeInstant } from '../base/day';
import { momentOf, spanOf } from '../base/moment';
import { useRemote } from '../base/remote';
import { useSession } from '../base/session';
import { SeverityMark } from '../part/alert';
import { Back } from '../part/back';
import { Deeds } from '../part/deeds';
import { Native } from '../part/name';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import { useWords } from '../word/word';
import '../style/govern.css';

function Rule({ of: rule, again }: { readonly of: AlertRule; readonly again: () => void }) {
  const { say, told, language } = useGovernWords();
  const { words: common } = useWords();
  const { operations } = useSession();
  const words = say.alertRules;
  const roles = (some: AlertRule['handle']) => some.map((role) => common.roles[role]).join('、') || '—';
  return (
    <li class="panel setting" data-rule={rule.code}>
      <h2 class="small-title">{told(rule.title)}</h2>
      <p>
        <SeverityMark severity={rule.severity} />
      </p>
      <p class="soft">{told(rule.words)}</p>
      <dl class="facts">
        {rule.within_s > 0 && (
          <div>
            <dt>{words.when}</dt>
            <dd>{words.within(rule.count, words.span(spanOf(rule.within_s)))}</dd>
          </div>
        )}
        <div>
          <dt>{words.handle}</dt>
          <dd>{roles(rule.handle)}</dd>
        </div>
        {rule.handle_within_s > 0 && (
          <div>
            <dt>{words.due}</dt>
            <dd>{words.span(spanOf(rule.handle_within_s))}</dd>
          </div>
        )}
        <div>
          <dt>{words.escalate}</dt>
          <dd>{roles(rule.escalate)}</dd>
        </div>
        {rule.silent_until && (
          <div>
            <dt>{words.silentUntil}</dt>
            <dd>
              {writeInstant(rule.silent_until, language)} {rule.silent_reason && <Native>{rule.silent_reason}</Native>}
            </dd>
          </div>
        )}
      </dl>
      <Deeds
        when={rule.may_silence && operations.has('alert.rule-silence')}
        about={told(rule.title)}
        changed={again}
        of={[
          {
            name: 'silence',
            ...words.silence,
            lead: words.silenceHint,
            fields: [
              { name: 'until_day', label: words.untilDay, kind: 'date', required: true },
              { name: 'until_time', label: words.untilTime, kind: 'time' },
              { name: 'reason', label: say.deeds.reason, kind: 'area', required: true, maxLength: 1000 },
            ],
            call: (values, key) =>
              silenceRule(rule.id, momentOf(values['until_day'] ?? '', values['until_time'] ?? '') ?? '', values['reason'] ?? '', key),
          },
        ]}
      />
    </li>
  );
}

export function AlertRulesPage() {
  const { say } = useGovernWords();
  const words = say.alertRules;
  const [rules, again] = useRemote(readAlertRules());
  return (
    <>
      <Back to={{ page: 'alerts' }} label={say.alerts.back} />
      <Title text={words.title} />
      <p class="lead">{words.lead}</p>
      <RemoteView of={rules} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="empty">{words.none}</p>
          ) : (
            <ul class="settings">
              {items.map((rule) => (
                <Rule key={rule.id} of={rule} again={again} />
              ))}
            </ul>
          )
        }
      </RemoteView>
    </>
  );
}
