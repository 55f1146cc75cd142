/* The settings of the service: what holds, what would be secure, and how to ask for another value. */
import type { Setting } from '../api/settings';
import { changeSetting, readSettings } from '../api/settings';
import { writeInstant } from '../base/day';
import { momentOf } from '../base/moment';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { useSession } from '../base/session';
import { Deeds } from '../part/deeds';
import type { FieldOf } from '../part/form';
import { RemoteView } from '../part/remote';
import { Mark } from '../part/shape';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

const WHOLE = /^\d{1,9}$/;

function useWriter(): (setting: Setting, value: number) => string {
  const { say, told } = useGovernWords();
  return ({ type, unit }, value) =>
    type === 'switch' ? (value === 0 ? say.settings.off : say.settings.on) : say.settings.number(value, told(unit));
}

function fieldsOf(setting: Setting, say: ReturnType<typeof useGovernWords>['say']): readonly FieldOf[] {
  const words = say.settings;
  const value: FieldOf =
    setting.type === 'switch'
      ? {
          name: 'value',
          label: words.newValue,
          kind: 'select',
          value: String(1 - setting.value),
          options: [
            { value: '1', label: words.on },
            { value: '0', label: words.off },
          ],
        }
      : {
          name: 'value',
          label: words.newValue,
          kind: 'number',
          required: true,
          value: String(setting.value),
          hint: say.fields.range(setting.min, setting.max) ?? '',
          check: (typed) => (WHOLE.test(typed.normalize('NFKC')) ? null : 'number'),
        };
  return [
    value,
    { name: 'reason', label: say.deeds.reason, kind: 'area', required: true, maxLength: 200 },
    { name: 'on', label: words.onDay, kind: 'date', hint: words.onDayHint },
    { name: 'at', label: words.atTime, kind: 'time' },
  ];
}

function Card({ of: setting, again }: { readonly of: Setting; readonly again: () => void }) {
  const { say, told, language } = useGovernWords();
  const { operations } = useSession();
  const write = useWriter();
  const words = say.settings;
  return (
    <li class="panel setting" data-setting={setting.code}>
      <h2 class="small-title">{told(setting.title)}</h2>
      <p class="setting-value">
        <strong>{write(setting, setting.effective)}</strong>
        {setting.drift ? (
          <Mark shape="unsure" word={words.drift} state="drift" />
        ) : (
          <Mark shape="good" word={words.inLine} state="in-line" />
        )}
      </p>
      <p class="soft">{told(setting.impact)}</p>
      <dl class="facts">
        <div>
          <dt>{words.baseline}</dt>
          <dd>{write(setting, setting.baseline)}</dd>
        </div>
        {setting.value !== setting.effective && (
          <div>
            <dt>{words.asSet}</dt>
            <dd>{write(setting, setting.value)}</dd>
          </div>
        )}
        {setting.contract !== null && (
          <div>
            <dt>{words.contract}</dt>
            <dd>{write(setting, setting.contract)}</dd>
          </div>
        )}
        <div>
          <dt>{words.since}</dt>
          <dd>{setting.since ? writeInstant(setting.since, language) : words.asDelivered}</dd>
        </div>
      </dl>
      <Deeds
        when={setting.may.change && operations.has('setting.change')}
        about={told(setting.title)}
        changed={again}
        of={[
          {
            name: 'change',
            label: words.change,
            title: words.changeTitle(told(setting.title)),
            lead: setting.widens ? words.widens : words.changeHint,
            done: words.changed,
            fields: fieldsOf(setting, say),
            call: (values) => {
              const moment = momentOf(values['on'] ?? '', values['at'] ?? '');
              return changeSetting(setting.code, {
                value: Number((values['value'] ?? '').normalize('NFKC')),
                reason: values['reason'] ?? '',
                ...(moment ? { effective_at: moment } : {}),
              });
            },
          },
        ]}
      />
    </li>
  );
}

export function SettingsPage() {
  const { say } = useGovernWords();
  const words = say.settings;
  const [settings, again] = useRemote(readSettings());
  useReturn(again);
  return (
    <>
      <Title text={words.title} />
      <p class="lead">{words.lead}</p>
      <RemoteView of={settings} again={again}>
        {({ items }) => (
          <>
            <p role="status" class="setting-count">
              {words.drifts(items.filter(({ drift }) => drift).length)}
            </p>
            <ul class="settings">
              {[...items]
                .sort((a, b) => Number(b.drift) - Number(a.drift))
                .map((setting) => (
                  <Card key={setting.code} of={setting} again={again} />
                ))}
            </ul>
          </>
        )}
      </RemoteView>
    </>
  );
}
